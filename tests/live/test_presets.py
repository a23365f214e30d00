#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Presets: functions that many programs have, without naming them."""

import collections
import json
import subprocess

from client import Connection, share_out
from harness import check, check_equal, main, releases, tool
from servers import Server, build, cells_with, library, versioned_library
from tracer import Tracer

VARIANTS = ("plain", "stripped")
COUNT = 23
MANY = 10_000  # of SQLite, of the newest cell only
CLIENTS = 4
SLEEP_NS = 50_000_000

DRIVER = "*main.memoryConn"
# The statements of a request, in their order: the function, and how the request is found.
STATEMENTS = (
    ("SELECT", "database/sql.(*DB).queryDC", "context"),
    ("INSERT", "database/sql.(*DB).execDC", "context"),
    ("PREPARED SELECT", "database/sql.(*Stmt).QueryContext", "context"),
    ("PREPARED INSERT", "database/sql.(*Stmt).ExecContext", "context"),
    ("IN TX", "database/sql.(*DB).queryDC", "context"),
    ("WRONG", "database/sql.(*DB).queryDC", "context"),
    ("BY POOL", "database/sql.(*DB).queryDC", "context"),
)


SQLITE = "golang-github-mattn-go-sqlite3-dev"
SQLITE_CELLS = (("bookworm", "1.19"), ("trixie", "1.24"))
SQLITE_DRIVER = "*github.com/mattn/go-sqlite3.SQLiteConn"
SQLITE_STATEMENTS = (
    ("INSERT INTO orders VALUES (?, ?)", SQLITE_DRIVER, None),
    ("SELECT name FROM orders WHERE id = ?", SQLITE_DRIVER, None),
    ("SELECT name FROM orders WHERE id = ? LIMIT 1", None, None),
    ("SELECT 1 FROM nowhere", SQLITE_DRIVER, "github.com/mattn/go-sqlite3.Error"),
)


REDIS = "golang-github-redis-go-redis-dev"
REDIS_MODULE = ("github.com/redis/go-redis", "v9")
REDIS_CELLS = (("sid", "1.27"),)
REDIS_CLIENT = "/".join(REDIS_MODULE) + ".(*baseClient)."
REDIS_ERROR = "/".join(REDIS_MODULE) + "/internal/proto.RedisError"
# What a request does: the method, what is captured, the type of the error.
REDIS_CALLS = (
    ("process", "command", "set", None),
    ("process", "command", "get", None),
    ("process", "command", "get", REDIS_ERROR),
    ("process", "command", "wrong", REDIS_ERROR),
    ("processPipeline", "commands", 2, None),
    ("processTxPipeline", "commands", 4, None),
)
# How the library opens its connection, within the first command.
REDIS_OPENING = (("process", "command", "hello", REDIS_ERROR), ("process", "command", "auth", None))


def start(scope, release, variant, *options):
    store = Server(scope, release, variant, program="store")
    return store, Tracer(scope, "--pid", store.pid, "--json", "--preset", "sql", *options).wait_attached()


def work(store):
    with Connection(store.addresses["http"]) as connection:
        for number in range(COUNT):
            check_equal(connection.get(f"/page/{number}").status, 200, "status")
        check_equal(connection.get("/sleep").status, 200, "status")


def finish(tracer):
    tracer.wait_types(COUNT * len(STATEMENTS) + 1, "call")
    tracer.interrupt()
    found = tracer.events()
    types = collections.Counter(event["type"] for event in found)
    check_equal((types["call"], types["lost"]), (COUNT * len(STATEMENTS) + 1, 0), "events")
    return found


def check_statement(event, text, function):
    """Compares a statement, which has the text, the driver unless it was prepared, and an error if it failed."""
    args = event["args"]
    check_equal((event["function"], args["query"], args.get("driver"), event["outcome"]),
                (function, text, None if "PREPARED" in text else DRIVER, "ok"), f"statement {event}")
    wrong = text.startswith("WRONG")
    check_equal((args["error"] or {}).get("type"), "*errors.errorString" if wrong else None, f"error of {event}")
    check(event["duration_ns"] > (SLEEP_NS if text == "SLEEP" else 0), f"too short: {event}")


def test_sql(scope, release, variant):
    """--preset sql: each statement with its text, driver, duration and error; nothing else of the connection"""
    store, tracer = start(scope, release, variant)
    work(store)
    found = finish(tracer)
    calls = sorted((event for event in found if event["type"] == "call"), key=lambda event: event["time"])
    wanted = [(f"{text} {number}", function) for number in range(COUNT) for text, function, _ in STATEMENTS]
    for event, (text, function) in zip(calls, [*wanted, ("SLEEP", "database/sql.(*DB).queryDC")]):
        check_statement(event, text, function)
    check("hunter2" not in str(found), "the name of the database is shown")


def test_within(scope, release, variant):
    """--preset sql --within requests: each statement is linked with its request"""
    store, tracer = start(scope, release, variant, "--within", "requests")
    work(store)
    tracer.wait_types(COUNT + 1, "request")
    found = finish(tracer)
    served = {event["path"]: event["id"] for event in found if event["type"] == "request"}
    check_equal(len(served), COUNT + 1, "requests")
    links = {event["args"]["query"]: (event.get("in"), event.get("in_by")) for event in found if event["type"] == "call"}
    for number in range(COUNT):
        for text, _, by in STATEMENTS:
            check_equal(links[f"{text} {number}"], (served[f"/page/{number}"], by), f"link of {text} {number}")


def ask_store(address, numbers, answers):
    """Makes a request of each number on one connection."""
    with Connection(address) as connection:
        for number in numbers:
            answers[number] = connection.get(f"/page/{number}").body


def ask_at_once(store, count):
    """Makes `count` requests over several connections at once. Returns the answers."""
    answers = {}
    share_out(count, CLIENTS, lambda numbers: ask_store(store.addresses["http"], numbers, answers))
    return answers


def test_sqlite(scope, cell, count):
    """--preset sql with SQLite: the statements of each request, with the driver and the errors of SQLite"""
    suite, release = cell
    binary = build("sqlite", release, "cgo", gopath=library(suite, SQLITE))
    store = Server(scope, release, binary=Server.copy(scope, binary, "sqlite"))
    tracer = Tracer(scope, "--pid", store.pid, "--json", "--preset", "sql", "--within", "requests").wait_attached()
    check_equal(ask_at_once(store, count), {number: b"tea %d\n" % number for number in range(count)}, "answers")
    tracer.wait_types(count, "request")
    tracer.interrupt()
    found = tracer.events()
    made = collections.defaultdict(list)
    for event in found:
        if event["type"] == "call":
            args = event["args"]
            made[event.get("in")].append((args["query"], args.get("driver"), (args["error"] or {}).get("type")))
    served = [event["id"] for event in found if event["type"] == "request"]
    check_equal(dict(made), {number: list(SQLITE_STATEMENTS) for number in served}, "statements by request")
    check_equal(len(served), count, "requests")


def redis_call(event):
    """What REDIS_CALLS has about a call."""
    args = event["args"]
    captured = "command" if "command" in args else "commands"
    return event["function"].removeprefix(REDIS_CLIENT), captured, args[captured], (args["error"] or {}).get("type")


def test_redis(scope, cell, variant):
    """--preset redis: the commands, pipelines and transactions of each request, with their errors, and no password"""
    suite, release = cell
    binary = build("redis", release, variant, gopath=versioned_library(suite, REDIS, *REDIS_MODULE))
    store = Server(scope, release, binary=Server.copy(scope, binary, "redis"))
    tracer = Tracer(scope, "--pid", store.pid, "--json", "--preset", "redis", "--within", "requests").wait_attached()
    work(store)
    tracer.wait_types(COUNT + 1, "request")
    tracer.interrupt()
    found = tracer.events()
    made = collections.defaultdict(list)
    for event in sorted((event for event in found if event["type"] == "call"), key=lambda event: event["time"]):
        made[event.get("in")].append(event)
    served = [event["id"] for event in found if event["type"] == "request"]
    check_equal(len(served), COUNT + 1, "requests")
    first, *others, last = ([redis_call(event) for event in made[number]] for number in served)
    check_equal(first, [REDIS_CALLS[0], *REDIS_OPENING, *REDIS_CALLS[1:]], "calls of the first request")
    check_equal(others, [list(REDIS_CALLS)] * (COUNT - 1), "calls of the requests")
    check_equal(last, [("process", "command", "sleep", None)], "calls of the request that sleeps")
    check(made[served[-1]][0]["duration_ns"] > SLEEP_NS, "the command that sleeps is too short")
    check_equal(len(made), COUNT + 1, "requests with calls")
    check("hunter2" not in str(found), "the password is shown")


def test_inspect(scope, release, variant):
    """inspect --preset: both probes of each function, and the expressions"""
    binary = build("store", release, variant)
    done = subprocess.run([tool(), "inspect", "--json", "--preset", "sql", binary], capture_output=True, check=True, timeout=60)
    found = {(probe["function"], probe["role"]): [capture["expression"] for capture in probe["captures"]]
             for probe in json.loads(done.stdout)["probes"]}
    functions = {function for _, function, _ in STATEMENTS}
    check_equal(found, {(function, "return"): ["error"] for function in functions} |
                {(function, "call"): ["query"] if "Stmt" in function else ["query", "driver"] for function in functions} |
                {("runtime.goexit1", "end of a goroutine"): []}, "probes")


def test_without(scope, release, variant):
    """a program without database/sql: a message, and status 1; a preset that does not exist: a message, and status 2"""
    server = Server(scope, release, variant)
    for words, status, said in ((("sql",), 1, "has none of the functions of the preset"), (("pigeons",), 2, "--preset pigeons: there is no such preset, only sql, redis")):
        for command in (["--pid", str(server.pid)], ["inspect", str(server.exe)]):
            done = subprocess.run([tool(), *command, "--preset", *words], capture_output=True, text=True, timeout=60)
            check(done.returncode == status and said in done.stderr, f"status {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    main([(test, release, variant) for release in releases() for variant in VARIANTS
          for test in (test_sql, test_within, test_inspect, test_without)] +
         [(test_sqlite, cell, MANY if cell == SQLITE_CELLS[-1] else COUNT) for cell in cells_with(SQLITE_CELLS, SQLITE)] +
         [(test_redis, cell, variant) for cell in cells_with(REDIS_CELLS, REDIS) for variant in VARIANTS])
