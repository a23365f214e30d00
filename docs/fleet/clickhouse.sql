-- SPDX-License-Identifier: MIT
-- Events of gohttpsnoop in ClickHouse, for releases with DateTime64; tried with 26.7.
-- `batch` is the file that an event was loaded from, `env` a label: add a column for each of your labels. Keys without
-- a column are not stored. `at` is `time` without the fraction of a second, as the queries use it.
CREATE TABLE events
(
  type LowCardinality(String),
  time DateTime64(9, 'UTC'),
  at DateTime('UTC') MATERIALIZED toDateTime(time, 'UTC'),
  batch LowCardinality(String),
  node LowCardinality(String),
  env LowCardinality(String),
  version LowCardinality(String),
  pid UInt32,
  tid UInt32,
  goid Nullable(UInt64),
  comm LowCardinality(String),
  exe LowCardinality(String),
  container LowCardinality(String),
  id String,
  `in` String,
  in_by LowCardinality(String),
  in_maybe String,
  trace_id String,
  parent_span_id String,
  span_id String,
  sampled Nullable(Bool),
  method LowCardinality(String),
  path String,
  query String,
  route LowCardinality(String),
  host LowCardinality(String),
  protocol LowCardinality(String),
  library LowCardinality(String),
  scheme LowCardinality(String),
  remote String,
  peer String,
  status Nullable(UInt16),
  grpc_status Nullable(Int64),
  grpc_status_name LowCardinality(String),
  duration_ns Nullable(UInt64),
  request_bytes Nullable(Int64),
  response_bytes Nullable(Int64),
  client_count Nullable(UInt32),
  client_ns Nullable(UInt64),
  outcome LowCardinality(String),
  `count` UInt64,
  `where` LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (type, comm, at)
TTL at + INTERVAL 30 DAY;
