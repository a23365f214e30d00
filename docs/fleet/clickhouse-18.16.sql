-- SPDX-License-Identifier: MIT
-- Events of gohttpsnoop in ClickHouse 18.16 of Debian 12, which has no DateTime64.
-- `batch` is the file that an event was loaded from, `env` a label: add a column for each of your labels. Keys without
-- a column are not stored. `at` is `time` without the fraction of a second, as the queries use it.
CREATE TABLE events
(
  type String,
  time String,
  at DateTime('UTC') MATERIALIZED toDateTime(replaceOne(substring(time, 1, 19), 'T', ' '), 'UTC'),
  batch String,
  node String,
  env String,
  version String,
  pid UInt32,
  tid UInt32,
  goid Nullable(UInt64),
  comm String,
  exe String,
  container String,
  id String,
  `in` String,
  in_by String,
  in_maybe String,
  trace_id String,
  parent_span_id String,
  span_id String,
  sampled Nullable(UInt8),
  method String,
  path String,
  query String,
  route String,
  host String,
  protocol String,
  library String,
  scheme String,
  remote String,
  peer String,
  status Nullable(UInt16),
  grpc_status Nullable(Int64),
  grpc_status_name String,
  duration_ns Nullable(UInt64),
  request_bytes Nullable(Int64),
  response_bytes Nullable(Int64),
  client_count Nullable(UInt32),
  client_ns Nullable(UInt64),
  outcome String,
  `count` UInt64,
  `where` String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (type, comm, at);
