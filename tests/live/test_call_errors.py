#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""FUNCTION arguments that cannot be traced: the message gives the reason, the place in the expression, and what is
possible."""

import json

import events
from harness import check, check_equal, main, releases
from servers import Server, build
from test_captures import check_caret
from test_errors import check_refusal
from tracer import run

FUNCTION = "main.parsed"  # in tests/go/headers: (r *http.Request, name string)
MOST_FUNCTIONS = 64  # the tool traces at most so many functions of one pattern


def copy(scope, release, variant="plain", program="headers"):
    return Server.copy(scope, build(program, release, variant), program)


# An expression, the part that ^ must point at, and parts of the message.
MISFITS = (
    ("nam", "nam", 'no parameter "nam"', "r, name"),
    ("R.URL", "R", 'no parameter "R"', "r, name"),
    ("ret", "ret", 'no result "ret"'),
    ("ret1.x", "ret1", 'no result "ret1"'),
    ("r.Urll", "Urll", 'Request has no field "Urll"', "Method, URL,"),
    ("r.URL.Pth", "Pth", 'URL has no field "Pth"', "Host, Path,"),
    ("len(r.URL.Usr)", "Usr", 'URL has no field "Usr"', "Opaque, User,"),
    ("name.x", "x", "string has no fields"),
    ("r.Header.x", "x", "no fields"),
    ("len(r.ProtoMajor)", "ProtoMajor", "no length"),
    ("cap(name)", "name", "no capacity"),
    ("r.Header[1]", "[1]", "not integers"),
    ('r.TransferEncoding["x"]', '["x"]', "[]string is not a map"),
    ("r.Method.(string)", "(string)", "string is not an interface"),
)


def test_misfits(scope, release):
    """expressions that do not fit the types: the message names the existing fields or parameters, and the place"""
    binary = copy(scope, release)
    for expression, part, *reasons in MISFITS:
        code, stdout, stderr = run(str(binary), f"{FUNCTION}({expression})")
        text = events.decode_text(stderr, "stderr")
        what = f"{expression} says {text!r}"
        check_equal((code, stdout), (1, b""), f"status and stdout; {what}")
        first, quote, caret = text.splitlines()
        check_equal(quote, f"    {expression}", what)
        least, most = expression.index(part), expression.index(part) + len(part)
        check(least <= caret.index("^") - 4 < most, f"^ is not under {part!r}; {what}")
        check(all(reason in first for reason in (*reasons, str(binary))), f"it should hold {reasons}; {what}")


def test_others_go_on(scope, release):
    """one function that does not fit beside one that does: the other is traced"""
    server = Server(scope, release, program="headers")
    code, _, stderr = run("--pid", str(server.pid), "--duration", "1", f"{FUNCTION}(nam)", f"{FUNCTION}(name)")
    check_equal(code, 0, f"status; {stderr!r}")
    check(b'no parameter "nam"' in stderr and b": traced: " in stderr, f"stderr: {stderr!r}")


# Words that are wrong for every binary: status 2, and the place in the word.
MALFORMED = (
    ("main.parsed(", 12, "a closing )"),
    ("main.parsed(name", 16, "a closing )"),
    ("main.parsed(name,)", 17, "expression is expected"),
)


def test_malformed(_scope):
    """malformed lists of expressions: status 2"""
    for word, at, reason in MALFORMED:
        check_caret(["--pid", "1", word], 2, word, at, reason)


def test_inlined(scope, release):
    """a function that is inlined everywhere: the message names a caller"""
    text = check_refusal([copy(scope, release), "main.check"], 1, "", "main.check", "inlined everywhere", "-gcflags=-l")
    check("main.main" in text or "main.listen" in text, f"no caller is named: {text}")


def test_globs(scope, release):
    """globs without a match: refused; a glob with too many matches: the first functions are traced and a message
    says so"""
    server = Server(scope, release)
    for glob in ("main.zzz*", "main.(*shop).zzz*", "nothing*"):
        check_refusal([server.exe, glob], 1, "", "no function", glob, str(server.exe))
    glob = "net/http.*"
    status, stdout, _ = run("inspect", "--json", str(server.exe), glob)
    meant = len(json.loads(stdout)["functions"])
    check(status == 0 and meant > MOST_FUNCTIONS, f"{glob} means only {meant} functions")
    status, _, stderr = run("--pid", str(server.pid), "--duration", "1", f"{glob}()")
    check_equal(status, 0, f"status; {stderr!r}")
    said = f"{glob} matches {meant} functions: the first {MOST_FUNCTIONS} are traced"
    check(said in events.decode_text(stderr, "stderr"), f"it should say {said!r}: {stderr!r}")


def test_stripped(scope, release):
    """functions of a stripped binary: the message says that types are missing, and how to get them"""
    binary = copy(scope, release, "stripped")
    for word in (FUNCTION, f"{FUNCTION}(name)"):
        check_refusal([binary, word], 1, "", str(binary), FUNCTION, "DWARF", "-ldflags=-w")


if __name__ == "__main__":
    main([test_malformed, *((test, release) for release in releases()
                            for test in (test_misfits, test_others_go_on, test_inlined, test_globs, test_stripped))])
