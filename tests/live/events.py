# SPDX-License-Identifier: MIT
"""Parses the tool's output as strictly as possible, and compares events key by key."""

import calendar
import json
import pathlib
import re
import time

from harness import Failure, check

EXACT_INTEGER = 2**53

# Characters that act on a terminal: C0 except the newline that ends a line, DEL, C1, line separators and bidirectional
# controls.
ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z")

# Seconds by which a time may differ: the tool converts times of a kernel clock, and the two clocks drift apart.
CLOCK_SLACK = 0.05


# --- reading ---


def decode_text(data, what):
    """Decodes UTF-8; fails on characters that act on a terminal."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as reason:
        raise Failure(f"{what} is not UTF-8: {reason}: {data!r}") from None
    active = ACTIVE.search(text)
    check(not active, f"{what} holds {active and active.group()!r} raw: {data!r}")
    return text


def _object(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def _integer(text):
    if abs(int(text)) > EXACT_INTEGER:
        raise ValueError(f"{text} is beyond 2^53")
    return int(text)


def _refuse(text):
    raise ValueError(f"{text} is no integer")


def parse(line, parse_int=_integer, parse_float=_refuse):
    """Parses one line, without its newline, as an event. By default every number must be an integer that a double
    can represent exactly; captures need other parsers."""
    text = decode_text(line, "a line")
    check("\n" not in text, f"a line holds a newline: {line!r}")
    try:
        event = json.loads(text, object_pairs_hook=_object, parse_int=parse_int, parse_float=parse_float,
                           parse_constant=_refuse)
        json.dumps(event, ensure_ascii=False, default=str).encode("utf-8")  # fails on unpaired surrogates
    except ValueError as reason:
        raise Failure(f"not a line of JSON: {reason}: {line!r}") from None
    check(isinstance(event, dict) and isinstance(event.get("type"), str), f"not an event: {line!r}")
    return event


def count_requests(lines):
    """Counts requests without parsing the lines: there may be very many."""
    return sum(line.startswith(b'{"type":"request",') for line in lines)


def shown(data):
    """Bytes of a traced process as the tool shows them: each byte that is not part of valid UTF-8 becomes U+FFFD."""
    text, at = "", 0
    while at < len(data):
        try:
            return text + data[at:].decode("utf-8")
        except UnicodeDecodeError as reason:
            text += data[at:at + reason.start].decode("utf-8") + "\ufffd" * (reason.end - reason.start)
            at += reason.end
    return text


def seconds(text):
    """A time in RFC 3339 format (UTC, nine digits) as seconds since the epoch."""
    match = TIME.fullmatch(text)
    check(match, f"not a time: {text!r}")
    return calendar.timegm(time.strptime(match.group(1), "%Y-%m-%dT%H:%M:%S")) + int(match.group(2)) / 1e9


# --- comparing ---


class Rule:
    """Replaces an expected value that is not known beforehand: a predicate and its description."""

    def __init__(self, text, holds):
        self.text = text
        self.holds = holds

    def __repr__(self):
        return f"<{self.text}>"


class Perhaps(Rule):
    """The event may also lack the key."""

    def __init__(self, *values):
        super().__init__(f"one of {values}, or missing", lambda value: value in values)


def _is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


POSITIVE = Rule("a positive integer", lambda value: _is_integer(value) and value > 0)


def one_of(values):
    return Rule(f"one of {sorted(values)}", lambda value: _is_integer(value) and value in values)


def integer_between(least, most):
    return Rule(f"{least} to {most}", lambda value: _is_integer(value) and least <= value <= most)


def time_between(begin, end):
    return Rule(f"a time from {begin:.6f} to {end:.6f}",
                lambda value: begin - CLOCK_SLACK <= seconds(value) <= end + CLOCK_SLACK)


def agrees(value, expected):
    if isinstance(expected, Rule):
        return expected.holds(value)
    return type(value) is type(expected) and value == expected


def compare(event, expected):
    """Checks that the event has exactly the expected keys, in this order, with the expected values."""
    expected = {key: value for key, value in expected.items() if key in event or not isinstance(value, Perhaps)}
    wrong = [f"{key} is {event[key]!r}, not {expected[key]!r}"
             for key in expected if key in event and not agrees(event[key], expected[key])]
    wrong += [f"{key} is missing, should be {expected[key]!r}" for key in expected if key not in event]
    wrong += [f"{key} is {event[key]!r}, should not be there" for key in event if key not in expected]
    if not wrong and list(event) != list(expected):
        wrong = [f"keys are in the order {list(event)}, not {list(expected)}"]
    check(not wrong, f"{'; '.join(wrong)}; in {json.dumps(event, ensure_ascii=True)}")


# --- expected events, with their keys in the documented order ---


def _without_absent(members):
    return {key: value for key, value in members.items() if value is not ABSENT}


ABSENT = object()  # the event must not have the key


def container_members(server):
    """The container that a test put the server in, else the one that the tests run in."""
    own = re.search(r"[/:-]([0-9a-f]{64})(\.scope)?(/.*)?$", pathlib.Path("/proc/self/cgroup").read_text(), re.MULTILINE)
    container = getattr(server, "container", own and own[1])
    return {"container": container} if container else {}


REQUEST_ID = Rule("16 hexadecimal digits", lambda value: re.fullmatch("[0-9a-f]{16}", value) is not None)


def process_members(server, tid=POSITIVE, goid=POSITIVE):
    return {"pid": server.pid, "tid": tid, "goid": goid, "comm": server.comm, "exe": shown(bytes(server.exe)),
            **container_members(server)}


def target_event(kind, server, when):
    return {"type": kind, "time": when, "pid": server.pid, "comm": server.comm, "exe": shown(bytes(server.exe)),
            **container_members(server),
            "go": Rule(f"go{server.release}[.N]", lambda value: value == f"go{server.release}"
                       or value.startswith(f"go{server.release}.")),
            "abi": server.convention}


def request_members(method="GET", path="/", query="", route=ABSENT, host=ABSENT, protocol="HTTP/1.1", scheme="http",
                    remote=ABSENT, library=ABSENT):
    return {"method": method, "path": path, "query": query or ABSENT, "route": ABSENT if route == "" else route, "host": ABSENT if host == "" else host,
            "protocol": protocol, "library": library, "scheme": scheme, "remote": remote}


def request_event(server, when, *, library="net/http", status, grpc_status=ABSENT, grpc_status_name=ABSENT, duration_ns=POSITIVE,
                  request_bytes=0, response_bytes=0, outcome="ok", truncated=None, tid=POSITIVE, goid=POSITIVE, **request):
    """`truncated` maps each truncated key to the full length of its value."""
    return _without_absent({
        "type": "request", "time": when, **process_members(server, tid, goid), "id": REQUEST_ID,
        **request_members(library=library, **request),
        "status": status, "grpc_status": grpc_status, "grpc_status_name": grpc_status_name, "duration_ns": duration_ns,
        "request_bytes": request_bytes, "response_bytes": response_bytes, "outcome": outcome, **_truncated(truncated)})


def client_event(server, when, *, status, duration_ns=POSITIVE, request_bytes=0, tid=POSITIVE, goid=POSITIVE,
                 library="net/http", peer=ABSENT, **request):
    """A request that the program `server` made, and that was answered."""
    return _without_absent({
        "type": "client", "time": when, **process_members(server, tid, goid),
        **request_members(library=library, **request),
        "peer": peer, "status": status, "duration_ns": duration_ns, "request_bytes": request_bytes, "outcome": "ok"})


def call_event(server, when, function, *, request_bytes=0, truncated=None, tid=POSITIVE, goid=POSITIVE, **request):
    return _without_absent({
        "type": "call", "time": when, **process_members(server, tid, goid), "function": function,
        **request_members(**request), "request_bytes": request_bytes, **_truncated(truncated)})


def _truncated(lengths):
    if not lengths:
        return {}
    return {"truncated": list(lengths), **{f"{key}_bytes": length for key, length in lengths.items()}}
