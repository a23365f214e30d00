-- SPDX-License-Identifier: MIT
-- Ten questions to the table `events`. They run on ClickHouse 18.16 and use nothing that later releases removed.

-- 1. How many requests does each service fail?
SELECT comm, count() AS requests, countIf(status >= 500 OR outcome = 'panic') AS failed,
       round(100 * failed / requests, 2) AS percent
FROM events WHERE type = 'request'
GROUP BY comm ORDER BY percent DESC;

-- 2. Which routes are slowest?
SELECT comm, method, route != '' ? route : path AS where_to, count() AS requests,
       round(avg(duration_ns) / 1e6, 3) AS average_ms, round(max(duration_ns) / 1e6, 3) AS longest_ms
FROM events WHERE type = 'request' AND duration_ns IS NOT NULL
GROUP BY comm, method, where_to ORDER BY average_ms DESC LIMIT 5;

-- 3. What are the percentiles of each route, in milliseconds?
SELECT comm, route, count() AS requests,
       round(quantileExact(0.5)(duration_ns) / 1e6, 3) AS p50, round(quantileExact(0.9)(duration_ns) / 1e6, 3) AS p90,
       round(quantileExact(0.99)(duration_ns) / 1e6, 3) AS p99
FROM events WHERE type = 'request' AND duration_ns IS NOT NULL AND route != ''
GROUP BY comm, route ORDER BY p99 DESC;

-- 4. Which clients send the most requests?
SELECT replaceRegexpOne(remote, ':[0-9]+$', '') AS client, comm, count() AS requests, countIf(status >= 400) AS errors
FROM events WHERE type = 'request'
GROUP BY client, comm ORDER BY requests DESC LIMIT 5;

-- 5. Which requests belong to a trace, on all hosts?
SELECT time, node, comm, type, method, path, status, round(duration_ns / 1e6, 3) AS ms
FROM events WHERE trace_id = '0af7651916cd43dd8448eb211c80319c'
ORDER BY time LIMIT 20;

-- 6. How many events did each host lose, and where?
SELECT node, `where`, sum(`count`) AS lost, min(at) AS first, max(at) AS last
FROM events WHERE type = 'lost'
GROUP BY node, `where` ORDER BY lost DESC;

-- 7. How many requests does each host get in each ten seconds?
SELECT toDateTime(intDiv(toUInt32(at), 10) * 10, 'UTC') AS since, node, count() AS requests
FROM events WHERE type = 'request'
GROUP BY since, node ORDER BY since, node LIMIT 6;

-- 8. What fails, with which status?
SELECT node, comm, status, method, path, count() AS requests
FROM events WHERE type = 'request' AND status >= 400
GROUP BY node, comm, status, method, path ORDER BY requests DESC LIMIT 5;

-- 9. Which services do the services call, and how long do they wait?
SELECT node, comm, host, count() AS calls, countIf(outcome != 'ok' OR status >= 500) AS failed,
       round(quantileExact(0.5)(duration_ns) / 1e6, 3) AS p50_ms
FROM events WHERE type = 'client'
GROUP BY node, comm, host ORDER BY calls DESC LIMIT 5;

-- 10. When was each host heard last, and how often did it connect?
SELECT node, env, max(at) AS heard, countIf(type = 'hello') AS connections, max(version) AS release,
       uniqExactIf(pid, type = 'attach') AS attached
FROM events GROUP BY node, env ORDER BY heard;
