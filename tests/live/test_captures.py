#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--header, --response-header and --capture: the reported values equal what a client sent and received."""

import dataclasses
import os
import subprocess
import urllib.parse

import elf
from client import get
from harness import PATIENCE, check, check_equal, main, require_command
from servers import Server, build, release_number, releases_of, toolchain
from test_errors import check_refusal
from tracer import Tracer, run

RELEASES = ("1.15", "1.19", "1.22", "1.24", "1.27")
HAS_H2C = (1, 24)
REDACTED = "<redacted>"

SECRETS = ("Authorization", "Cookie", "Proxy-Authorization")


# --- a client -------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Transport:
    name: str
    address: str
    word: str
    since: tuple = (1, 15)

    def url(self, server, target):
        scheme = "https" if self.address == "https" else "http"
        host, port = server.addresses[self.address]
        return f"{scheme}://{host}:{port}{target}"


TRANSPORTS = (Transport("HTTP/1", "http", "--http1.1"), Transport("HTTPS", "https", "--http1.1"),
              Transport("HTTP/2", "https", "--http2"), Transport("h2c", "http", "--http2-prior-knowledge", HAS_H2C))


def canonical(name):
    """The header name in the canonical form of net/textproto."""
    return "-".join(part.capitalize() for part in name.split("-"))


def join(headers):
    """Converts pairs to a map of canonical names; joins the values of one name."""
    joined = {}
    for name, value in headers:
        joined.setdefault(canonical(name), []).append(value)
    return {name: ", ".join(values) for name, values in joined.items()}


@dataclasses.dataclass
class Exchange:
    sent: dict  # headers by canonical name, without Host
    host: str
    status: int
    received: dict  # headers by canonical name


def exchange(server, transport, target, headers=()):
    """Sends exactly these headers with curl; returns what was sent and received."""
    require_command("curl")
    url = transport.url(server, target)
    words = [word for name, value in headers for word in ("--header", f"{name}: {value}" if value else f"{name};")]
    done = subprocess.run(
        ["curl", "--no-progress-meter", "--insecure", "--noproxy", "*", "--max-time", str(int(PATIENCE)),
         transport.word, "--output", os.devnull, "--dump-header", "-", "--header", "User-Agent:", "--header", "Accept:",
         *words, url], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"curl {url}: {done.stderr.strip()}")
    status, *lines = [line for line in done.stdout.splitlines() if line]
    received = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
    return Exchange(join(headers), urllib.parse.urlsplit(url).netloc, int(status.split()[1]), join(received))


def set_target(headers=(), late=(), **query):
    pairs = [("header", f"{name}:{value}") for name, value in headers]
    pairs += [("late", f"{name}:{value}") for name, value in late]
    return f"/set?{urllib.parse.urlencode([*pairs, *query.items()])}"


# --- what the options ask for, and what is reported -----------------------------------


def start(scope, release, variant, *options):
    server = Server(scope, release, variant, program="headers")
    return server, Tracer(scope, "--pid", server.pid, "--json", *options).wait_attached()


def transports(release):
    return [transport for transport in TRANSPORTS if release_number(release) >= transport.since]


def wishes(option, names):
    return [word for name in names for word in (option, name)]


class Count:
    """Counts the values that were compared."""

    def __init__(self):
        self.values = 0

    def equal(self, actual, expected, subject):
        self.values += max(1, len(expected) if isinstance(expected, dict) else 1)
        check_equal(actual, expected, subject)


def perform(server, tracer, exchanges):
    """`exchanges` are pairs of a target and headers. Returns triples of the transport, the Exchange and its event."""
    done = [(transport, exchange(server, transport, target, headers))
            for transport in transports(server.release) for target, headers in exchanges]
    found = tracer.wait_types(len(done), "request")
    tracer.interrupt()
    tracer.check_quiet()
    check_equal(len(found), len(done), "requests")
    return [(transport, one, event) for (transport, one), event in zip(done, found)]


def some(count):
    """`count` different headers."""
    return [(f"X-Header-{number}", f"value {number}") for number in range(count)]


def test_request_headers(scope, release, variant):
    """--header in any spelling, with several values or none, in small and large maps, and len(req.Header): correct
    values"""
    asked = ("x-header-0", "X-HEADER-7", "X-Header-8", "x-header-29", "X-Several", "x-Empty", "Host", "absent")
    server, tracer = start(scope, release, variant, *wishes("--header", asked), "--capture", "n=len(req.Header)",
                           "--capture", 'req.Header["X-Several"][1]', "--capture", 'req.Header["X-Several"]',
                           "--capture", 'len(req.Header["X-Several"])')
    several = [("x-several", "one"), ("X-Several", "two, three"), ("X-SEVERAL", "fo\"ur")]
    cases = [("/set", some(count)) for count in (0, 1, 8, 9, 30)]
    cases += [("/set", [*some(3), *several]), ("/set", [("X-Empty", "")])]
    count = Count()
    for transport, one, event in perform(server, tracer, cases):
        subject = f"Go {release}, {variant}, {transport.name}, {event}"
        # A header that was sent without a value is reported with an empty value.
        told = {canonical(name): one.sent[canonical(name)] for name in asked if canonical(name) in one.sent}
        count.equal({name: value for name, value in event["request_headers"].items() if name != "Host"}, told,
                    f"request headers: {subject}")
        count.equal(event["request_headers"]["Host"], one.host, f"Host: {subject}")
        values = [value for _, value in several] if "X-Several" in one.sent else None
        count.equal(event["captures"], {"n": len(one.sent), 'req.Header["X-Several"][1]': values and values[1],
                                        'req.Header["X-Several"]': values,
                                        'len(req.Header["X-Several"])': 3 if values else None},
                    f"captures: {subject}")
    print(f"Go {release}, {variant}: {count.values} values compared")


ANSWERS = {
    "a handler that leaves the status to net/http": dict(headers=[("X-Answer", "1"), ("x-other", "a b")]),
    "several values, and a status": dict(headers=[("X-Answer", "1"), ("x-answer", "2")], status=201),
    "late ones": dict(headers=[("X-Answer", "1")], late=[("X-Answer", "2"), ("X-Late", "3")], status=200),
    "late ones, after none": dict(late=[("X-Late", "3")], status=404),
    "late ones, after a flush": dict(headers=[("X-Answer", "1")], late=[("X-Late", "3")], flush=1),
    "no body": dict(headers=[("X-Answer", "1")], status=204, silent=1),
    "nothing at all": dict(silent=1),
    "many": dict(headers=[*some(30), ("X-Answer", "last")]),
    "eight": dict(headers=[*some(7), ("X-Answer", "last")]),
    "nine": dict(headers=[*some(8), ("X-Answer", "last")], status=500),
}


def test_response_headers(scope, release, variant):
    """--response-header: reports the headers that the client received, and not those that were set too late;
    w.status"""
    asked = ("x-answer", "X-Other", "X-LATE", "x-header-0", "x-header-29", "absent")
    server, tracer = start(scope, release, variant, *wishes("--response-header", asked), "--capture", "w.status")
    count = Count()
    for transport, one, event in perform(server, tracer, [(set_target(**words), ()) for words in ANSWERS.values()]):
        subject = f"Go {release}, {variant}, {transport.name}, {event}"
        told = {canonical(name): one.received[canonical(name)] for name in asked if canonical(name) in one.received}
        count.equal(event["response_headers"], told, f"response headers: {subject}")
        # There is no status yet if the handler wrote nothing.
        count.equal(event["captures"]["w.status"] or 200, one.status, f"w.status: {subject}")
        count.equal(event["status"], one.status, f"status: {subject}")
    print(f"Go {release}, {variant}: {count.values} values compared")


MAX_STRING = 32


def test_cut(scope, release):
    """long values and many values: exactly the truncated ones are named in truncated"""
    server, tracer = start(scope, release, "plain", "--max-string", MAX_STRING, *wishes("--header", (
        "X-Long", "X-Many", "X-Eight", "X-Wide")), "--response-header", "X-Long", "--response-header", "X-Short")
    headers = [("X-Long", "x" * 60), *[("X-Many", f"v{number}") for number in range(10)],
               *[("X-Eight", f"v{number}") for number in range(8)], ("X-Wide", "x" + "é" * 20)]
    target = set_target([("X-Long", "y" * (MAX_STRING + 1)), ("X-Short", "y" * MAX_STRING)])
    for transport, one, event in perform(server, tracer, [(target, headers)]):
        subject = f"Go {release}, {transport.name}, {event}"
        check_equal(event["request_headers"], {
            "X-Long": "x" * MAX_STRING, "X-Many": ", ".join(f"v{number}" for number in range(8)),
            "X-Eight": one.sent["X-Eight"], "X-Wide": "x" + "é" * 15}, subject)
        check_equal(event["response_headers"], {"X-Long": "y" * MAX_STRING, "X-Short": "y" * MAX_STRING}, subject)
        check_equal(event["truncated"], ["query", "request_headers.X-Long", "request_headers.X-Many",
                                         "request_headers.X-Wide", "response_headers.X-Long"], subject)


# --- secrets --------------------------------------------------------------------------

SENT_SECRETS = [(name, f"secret {number}") for number, name in enumerate(SECRETS)]
GIVEN_SECRETS = [("Set-Cookie", "secret 4"), ("set-cookie", "secret 5")]
SECRET_CAPTURES = ("req.Header", 'cookie=req.Header["Cookie"]', 'req.Header["Authorization"][0]',
                   'first=req.Header["Proxy-Authorization"]', "w.handlerHeader")


def trace_secrets(scope, release, variant, *options):
    """Traces an exchange with secrets; returns the result of perform()."""
    words = [*wishes("--header", ("cookie", *SECRETS[:1], "proxy-AUTHORIZATION", "X-Open")),
             *wishes("--response-header", ("set-COOKIE", "X-Open")), *wishes("--capture", SECRET_CAPTURES), *options]
    server, tracer = start(scope, release, variant, *words)
    target = set_target([*GIVEN_SECRETS, ("X-Open", "answer")])
    return perform(server, tracer, [(target, [*SENT_SECRETS, ("X-Open", "request")])])


def test_secrets(scope, release, variant):
    """Authorization, Cookie and similar headers are redacted wherever they are captured; other headers are not"""
    found = trace_secrets(scope, release, variant)
    for transport, one, event in found:
        subject = f"Go {release}, {variant}, {transport.name}, {event}"
        check_equal(event["request_headers"], {"Cookie": REDACTED, "Authorization": REDACTED,
                                               "Proxy-Authorization": REDACTED, "X-Open": "request"}, subject)
        check_equal(event["response_headers"], {"Set-Cookie": REDACTED, "X-Open": "answer"}, subject)
        check_equal(one.received["Set-Cookie"], "secret 4, secret 5", "what the client received")
        whole = event["captures"]["req.Header"]
        check_equal(whole, {**{name: REDACTED for name in SECRETS}, "X-Open": ["request"]}, subject)
        check_equal([event["captures"][key] for key in ("cookie", 'req.Header["Authorization"][0]', "first")],
                    [REDACTED] * 3, subject)
        check_equal(event["captures"]["w.handlerHeader"]["Set-Cookie"], REDACTED, subject)
        event.pop("query")  # the query tells the server which headers to set
        check("secret" not in str(event), f"a secret is told: {subject}")


def test_shown_secrets(scope, release, variant):
    """--show-secrets: secrets are reported as they were sent"""
    found = trace_secrets(scope, release, variant, "--show-secrets")
    for transport, one, event in found:
        subject = f"Go {release}, {variant}, {transport.name}, {event}"
        check_equal(event["request_headers"], {"Cookie": "secret 1", "Authorization": "secret 0",
                                               "Proxy-Authorization": "secret 2", "X-Open": "request"}, subject)
        check_equal(event["response_headers"],
                    {"Set-Cookie": one.received["Set-Cookie"], "X-Open": "answer"}, subject)
        check_equal(event["captures"]["req.Header"], {name: [value] for name, value in one.sent.items()}, subject)
        check_equal(event["captures"]['req.Header["Authorization"][0]'], "secret 0", subject)
        check_equal(event["captures"]["w.handlerHeader"]["Set-Cookie"], ["secret 4", "secret 5"], subject)


# --- paths ----------------------------------------------------------------------------


def test_paths(scope, release):
    """capture paths through several types that the DWARF describes: correct values, and null where a pointer is nil"""
    server, tracer = start(scope, release, "plain", *wishes("--capture", (
        "req.URL.Host", "req.Form", "req.TLS", "tls=req.TLS.NegotiatedProtocol", "req.TLS.HandshakeComplete",
        "req.ProtoMajor", 'req.Form["name"]', "req.URL.RawQuery")))
    for transport, _, event in perform(server, tracer, [("/form?name=x", ())]):
        captures = event["captures"]
        tls = captures.pop("req.TLS")
        negotiated = {"HTTP/1": None, "h2c": None, "HTTPS": "http/1.1", "HTTP/2": "h2"}[transport.name]
        check_equal(captures, {
            "req.URL.Host": "", "req.Form": None, "tls": negotiated,
            "req.TLS.HandshakeComplete": True if negotiated else None, "req.ProtoMajor": 2 if "2" in transport.name else 1,
            'req.Form["name"]': None, "req.URL.RawQuery": "name=x"}, f"captures of {transport.name}: {event}")
        check_equal(tls and tls["NegotiatedProtocol"], negotiated, "req.TLS")


def test_argument(scope, release):
    """a parsed form: captured as an argument of a function that is called with it"""
    server = Server(scope, release, program="headers")
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--count", 1,
                    'main.parsed(r.Form["name"][0], len(r.Form), r.Form, name)').wait_attached()
    get(server.addresses["http"], "/form?name=x&name=y&other=z")
    tracer.wait_end()
    check_equal(tracer.events()[-1]["args"],
                {'r.Form["name"][0]': "x", "len(r.Form)": 2, "r.Form": {"name": ["x", "y"], "other": ["z"]}, "name": "x"},
                "args")


TLS_1_3 = 0x0304


def test_stripped_path(scope, release):
    """stripped binary: fields that the built-in layouts lack are found in the program's type descriptors"""
    server = Server(scope, release, "stripped", program="headers")
    tracer = Tracer(scope, "--pid", server.pid, "--json", "--capture", "req.TLS.Version",
                    "--capture", "req.TLS.ServerName").wait_attached()
    exchange(server, TRANSPORTS[1], "/set")
    (event,) = tracer.wait_types(1, "request")
    tracer.interrupt()
    check_equal(event["captures"], {"req.TLS.Version": TLS_1_3, "req.TLS.ServerName": ""}, "captures")
    check("will be null" not in tracer.stderr.text().decode(), f"messages of {tracer.stderr.text()!r}")


def as_of_release(scope, release, other, change=lambda data: data):
    """A stripped server that claims to be of an unknown release."""
    binary = Server.copy(scope, build("headers", release, "stripped"), "headers")
    version = toolchain(release).joinpath("VERSION").read_text().split()[0].encode()
    patched = other.encode().ljust(len(version), b"9")
    data = binary.read_bytes()
    check(version in data and len(patched) == len(version), f"{binary} does not say {version!r} like {patched!r}")
    binary.write_bytes(change(bytearray(data.replace(version, patched))))
    return binary


UNKNOWN = (("--header", "x-user", "request header X-User"), ("--response-header", "x-out", "response header X-Out"),
           ("--capture", 'req.Header["X-User"][0]', 'req.Header["X-User"][0]'),
           ("--capture", "length=len(w.handlerHeader)", "length"))


def test_unknown_release(scope, release):
    """stripped binary of an unknown release: everything is captured with the program's type descriptors"""
    server = Server(scope, release, binary=as_of_release(scope, release, "go1.30."))
    options = [word for option, value, _ in UNKNOWN for word in (option, value)]
    tracer = Tracer(scope, "--pid", server.pid, "--json", *options, "-H", "x-other").wait_attached()
    targets = transports(release)
    for transport in targets:
        exchange(server, transport, set_target([("X-Out", "yes")]), [("X-User", "ada")])
    found = tracer.wait_types(len(targets), "request")
    tracer.interrupt()
    for transport, event in zip(targets, found):
        subject = f"Go {release} as another, {transport.name}: {event}; stderr: {tracer.stderr.text().decode()}"
        check_equal(event["captures"]['req.Header["X-User"][0]'], "ada", subject)
        check_equal(event["request_headers"], {"X-User": "ada"}, subject)
        check_equal(event["response_headers"], {"X-Out": "yes"}, subject)


def test_unknown_release_without_descriptors(scope, release):
    """stripped binary of an unknown release, without type descriptors: unknown values are null, with one warning for
    each"""
    binary = as_of_release(scope, release, "go1.30.", elf.hide_descriptors)
    server = Server(scope, release, binary=binary)
    options = [word for option, value, _ in UNKNOWN for word in (option, value)]
    tracer = Tracer(scope, "--pid", server.pid, "--json", *options, "-H", "host", "-H", "x-other").wait_attached()
    targets = transports(release)
    for transport in targets:
        exchange(server, transport, set_target([("X-Out", "yes")]), [("X-User", "ada")])
    found = tracer.wait_types(len(targets), "request")
    tracer.interrupt()
    text = tracer.stderr.text().decode()
    for transport, event in zip(targets, found):
        subject = f"Go {release} as another, {transport.name}: {event}; stderr: {text}"
        host = event["request_headers"].pop("Host")
        check_equal(host, event["host"], subject)
        check_equal(event["captures"], {'req.Header["X-User"][0]': None, "length": None}, subject)
        check_equal(event["request_headers"], {"X-User": None, "X-Other": None}, subject)
        check_equal(event["response_headers"], {"X-Out": None}, subject)
    lines = [line for line in text.splitlines() if "will be null" in line]
    for name in (*(row[2] for row in UNKNOWN), "request header X-Other"):
        about = [line for line in lines if f": {name} will be null: " in line]
        check_equal(len(about), 1, f"lines about {name} in {text!r}")
        check(str(binary) in about[0], f"{about[0]!r} does not name the file")
    check(all(" of net/http." not in line for line in lines), f"functions that nobody asked for: {text!r}")
    check_equal(len(lines), len(set(lines)), f"lines that are told twice: {text!r}")


# --- what is refused ------------------------------------------------------------------


def check_caret(arguments, status, quote, at, *reasons):
    """Checks the status, the reasons in the message, the quoted expression, and that ^ points at its index `at`."""
    code, stdout, stderr = run(*map(str, arguments))
    text = stderr.decode()
    what = f"{' '.join(map(str, arguments))!r} says {text!r}"
    check_equal((code, stdout), (status, b""), f"status and stdout; {what}")
    lines = text.splitlines()
    check_equal(lines[1:], [f"    {quote}", " " * (4 + at) + "^"], f"quotation; {what}")
    for reason in reasons:
        check(reason in lines[0], f"it should hold {reason!r}; {what}")


def test_refused(scope, release, variant):
    """expressions that do not fit: status 1, with the reason, the existing fields and the place"""
    binary = Server.copy(scope, build("headers", release, variant), "headers")
    for expression, part, *reasons in (
            ("req.NoSuch", "NoSuch", "Request has no field \"NoSuch\"", "Method, URL,"),
            ("a=req.URL.Pth", "Pth", "URL has no field \"Pth\"", "Host, Path,"),
            ("req.Method.x", "x", "no fields"),
            ("w.nosuch", "nosuch", "response has no field \"nosuch\"", "status"),
            ("len(req.ProtoMajor)", "ProtoMajor", "no length"),
            ("req.Header[1]", "[1]", "not integers")):
        check_caret([binary, "--capture", expression], 1, expression, expression.index(part), str(binary), *reasons)
    check_refusal([binary, *wishes("--header", [f"X-{number}" for number in range(17)])], 1, "", str(binary), "at most 16")


WRONG = (
    (["--capture", "foo.Bar"], ("foo.Bar", 0), "req, the request, or w, its response"),
    (["--capture", "x=ret"], ("x=ret", 2), "req, the request, or w, its response"),
    (["--capture", "req.URL..Path"], ("req.URL..Path", 8), "a name is expected"),
    (["--capture", 'req.Header["a'], ('req.Header["a', 11), "quote"),
    (["--header", "bad name"], None, '"bad name"'),
    (["--header", ""], None, '""'),
    (["-H", "X:"], None, '"X:"'),
    (["--response-header", "x" * 65], None, "x" * 65),
    (["--capture", "req.Host", "main.ping"], None, "--capture", "parentheses"),
    (["--header", "Host", "main.ping"], None, "--response-header", "parentheses"),
    (["--response-header", "Date", "main.ping"], None, "--response-header", "parentheses"),
    (["--latency"], None, "--latency", "FUNCTION"),
)


def test_usage(_scope):
    """options that are wrong for every binary: status 2"""
    for words, quotation, *reasons in WRONG:
        if quotation:
            check_caret(["--pid", "1", *words], 2, *quotation, *reasons)
        else:
            check_refusal(["--pid", "1", *words], 2, "", *reasons)


if __name__ == "__main__":
    chosen = releases_of(RELEASES)
    main([test_usage,
          *((test, release, variant) for release in chosen for variant in ("plain", "stripped")
            for test in (test_request_headers, test_response_headers, test_secrets, test_shown_secrets, test_refused)),
          *((test, release) for release in chosen for test in (test_cut, test_paths, test_argument, test_stripped_path)),
          # An unknown release is taken for one that passes arguments in registers.
          *((test_unknown_release, release) for release in chosen if release_number(release) >= (1, 17)),
          *((test_unknown_release_without_descriptors, release) for release in chosen
            if (1, 17) <= release_number(release) < (1, 27))])
