#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gohttpsnoop inspect BINARY FUNCTION...: declarations, addresses, probe sites and inlined calls."""

import json

import elf
import events
from harness import check, check_equal, main, releases
from servers import build, release_number
from tracer import run

SIGNATURES = {
    "main.ping": "func main.ping(w net/http.ResponseWriter, r *net/http.Request)",
    "main.(*shop).checkout": "func (s *main.shop) checkout(w net/http.ResponseWriter, r *net/http.Request)",
    "main.logRequest": "func main.logRequest(level int, name string, r *net/http.Request)",
    "main.add": "func main.add(a int, b int) int",
}


def inspect(*arguments):
    status, stdout, stderr = run("inspect", *map(str, arguments))
    check_equal((status, stderr), (0, b""), f"status and stderr of inspect {arguments}")
    return events.decode_text(stdout, "stdout")


def functions_of(binary, *patterns):
    report = json.loads(inspect("--json", binary, *patterns))
    return {function["function"]: function for function in report["functions"]}, report


PROBES = [
    ("net/http.serverHandler.ServeHTTP", "start"),
    ("net/http.(*response).finishRequest", "end"),
    ("net/http.(*conn).close", "panic"),
    ("net/http.(*http2responseWriter).handlerDone", "end"),
]


def test_whole(scope, release):
    """inspect without a function: reports properties of the binary and the probes for requests"""
    binary = build("server", release)
    report = json.loads(inspect("--json", binary))
    check_equal(report["binary"], str(binary), "binary")
    check(report["go"].startswith(f"go{release}"), report["go"])
    check_equal(report["abi"], "register" if release_number(release) >= (1, 17) else "stack", "abi")
    check_equal((report["machine"], report["pie"], report["dynamic"], report["stripped"], report["dwarf"]),
                ("x86-64", False, False, False, True), "machine, pie, dynamic, stripped, dwarf")
    check(report["functions"] > 1000, f"{report['functions']}")
    if release_number(release) >= (1, 18):
        check_equal(report["package"], "command-line-arguments", "package")
        check_equal(report["settings"].get("CGO_ENABLED"), "0", "settings")
    probes = {(probe["function"], probe["role"]): probe for probe in report["probes"]}
    for wanted in PROBES:
        probe = probes[wanted]
        check(int(probe["address"], 16) >= int(probe["entry"], 16) > 0, f"{probe}")
        check_equal(probe["types"], "DWARF", f"types of {wanted}")
        check("refused" not in probe, f"{probe}")
    start = {capture["expression"]: capture for capture in probes[PROBES[0]]["captures"]}
    check_equal(start["req.Method"]["type"], "string", "type of the method")
    check(start["req.URL.Path"]["place"].endswith(" +16 +56"), f"{start['req.URL.Path']}")
    check("missing" not in start["req.ContentLength"], f"{start['req.ContentLength']}")
    # The field exists since Go 1.23.
    missing = [c for probe in report["probes"] for c in probe["captures"] if c["expression"].endswith("req.Pattern")]
    check(missing and all("has no field \"Pattern\": it has Method" in c["missing"] and "place" not in c for c in missing), f"{missing}")


def sources_of(report):
    """The source of each captured value, by function and expression."""
    return {(probe["function"], capture["expression"]): capture["source"]
            for probe in report["probes"] for capture in probe.get("captures", ()) if "missing" not in capture}


def test_sources(scope, release):
    """sources of types: DWARF, else the type descriptors, else the built-in table"""
    plain = sources_of(json.loads(inspect("--json", build("server", release))))
    check_equal(set(plain.values()), {"DWARF"}, "sources with DWARF")
    stripped = json.loads(inspect("--json", build("server", release, "stripped")))
    check_equal({probe["types"] for probe in stripped["probes"] if "types" in probe}, {"table"}, "declarations")
    found = sources_of(stripped)
    check_equal(set(found), set(plain), "captured values")
    finish = "net/http.(*response).finishRequest"
    check_equal([found[finish, name] for name in ("w", "w.status", "w.cw.wroteHeader")],
                ["table", "descriptors", "descriptors"], "sources without DWARF")
    check_equal(found[PROBES[0][0], "@g.goid"], "descriptors", "source of the goroutine")
    text = inspect(build("server", release, "stripped"))
    check("        source        descriptors\n" in text, text)


def test_sources_of_expressions(scope, release):
    """sources of types in expressions on a function: DWARF"""
    binary = build("server", release)
    probe = json.loads(inspect("--json", binary, "main.ping(r.URL.Path, r, @g.goid)"))["probes"][0]
    check_equal(probe["types"], "DWARF", "declaration")
    check_equal(probe["captures"][0], {"expression": "r.URL.Path", "source": "DWARF"}, "field")
    check_equal(probe["captures"][2], {"expression": "@g.goid", "source": "DWARF"}, "goroutine")
    check_equal(json.loads(inspect("--json", binary, "main.add"))["functions"][0]["types"], "DWARF", "signature")


def test_contradiction(scope, release):
    """DWARF that contradicts the type descriptors: an error with both values"""
    binary = scope.folder / "server"
    content = bytearray(build("server", release, "uncompressed").read_bytes())
    section = elf.sections(content)[".debug_info"]
    # The name of a field of net/http.response.
    at = content.index(b"handlerHeader\0", section.offset, section.offset + section.size)
    content[at:at + 7] = b"HANDLER"
    binary.write_bytes(content)
    status, stdout, stderr = run("inspect", "--json", str(binary))
    text = events.decode_text(stderr, "stderr")
    check_equal((status, stdout), (1, b""), f"status and stdout; {text}")
    check("DWARF and the type descriptors of the program contradict each other" in text
          and "is HANDLERHeader in DWARF and handlerHeader in its descriptor" in text
          and "strip --strip-debug" in text, text)


def test_declarations(scope, release):
    """'main.*': every function is declared as in the source"""
    found, report = functions_of(build("server", release), "main.*")
    check_equal(report["dwarf"], True, "dwarf")
    check_equal({name: found[name]["signature"] for name in SIGNATURES}, SIGNATURES, "signatures")
    for function in found.values():
        check(function["function"].startswith("main."), f"{function}")
        check(int(function["address"], 16) >= int(function["entry"], 16) > 0, f"{function}")
        check(function["site"] in ("stack check", "entry"), f"{function}")
    check("main.init" not in found, "the compiler's initialisation is among them")


GENERIC = {
    "put": ("func (c *main.cache[T]) put(key string, v T) T",
            ["main.(*cache[*main.order]).put", "main.(*cache[*main.user]).put"]),
    "get": ("func (c *main.cache[T]) get(key string) (v T, found bool)",
            ["main.(*cache[*main.order]).get", "main.(*cache[*main.user]).get"]),
    # Both type arguments have one shape; only the instances tell them apart.
    "pick": ("func main.pick[T1, T2](a T1, b T2, left bool) (T1, T2)",
             ["main.pick[*main.order,*main.user]", "main.pick[*main.user,*main.order]"]),
    "named": ("func main.named[T1, T2](p T2) T2", ["main.named[main.user,*main.user]"]),
}


def test_generics(scope, release):
    """generic functions: declared as in the source, with the instances that share their code"""
    if release_number(release) < (1, 18):
        return
    found, _ = functions_of(build("rounds", release), "main.*")
    for name, (signature, instances) in GENERIC.items():
        functions = [(function["signature"], function["instances"]) for function in found.values()
                     if f"{name}[" in function["function"] or function["function"].endswith(f").{name}")]
        check_equal(functions, [(signature, instances)], name)
    first = [function["instances"] for function in found.values() if "main.first[" in function["function"]]
    if release_number(release) >= (1, 21):  # in older releases all instances have the same name
        check_equal(sorted(first), [["main.first[*main.order]", "main.first[*main.user]"], ["main.first[int]"],
                                    ["main.first[string]"]], "first")


def test_methods(scope, release):
    """'main.(*shop).*': lists the methods of the pointer, and no others"""
    found, _ = functions_of(build("server", release), "main.(*shop).*")
    check("main.(*shop).checkout" in found, f"{sorted(found)}")
    check(all(name.startswith("main.(*shop).") for name in found), f"{sorted(found)}")


def test_stripped(scope, release):
    """a stripped binary: names, addresses and sites are the same, and the report says how to get types"""
    patterns = ("main.ping", "main.add")
    found, report = functions_of(build("server", release, "stripped"), *patterns)
    check_equal(sorted(found), sorted(patterns), "functions")
    check_equal(report["dwarf"], False, "dwarf")
    check("--types FILE" in report["types"], report["types"])
    check(all("signature" not in function for function in found.values()), f"{found}")
    table, _ = functions_of(build("server", release, "stripped"), "net/http.serverHandler.ServeHTTP")
    check("rw net/http.ResponseWriter" in table["net/http.serverHandler.ServeHTTP"]["signature"], f"{table}")


def test_inlined(scope, release):
    """inlined calls: the report names the functions that contain them"""
    binary = build("server", release)
    found, _ = functions_of(binary, "net/http.(*Request).*", "strings.*", "net/url.*")
    inlined = [function for function in found.values() if "inlined" in function]
    check(inlined, "nothing was inlined")
    for function in inlined:
        check_equal(len(function["inlined_into"]), min(function["inlined"], 4), f"{function}")
    name = "strings.ContainsRune" if release_number(release) < (1, 19) else "strings.Contains"
    status, stdout, stderr = run("inspect", str(binary), name)
    text = events.decode_text(stderr, "stderr")
    check_equal((status, stdout), (1, b""), f"status and stdout; {text}")
    check(f"function {name} is inlined everywhere: into " in text and "-gcflags=-l" in text, text)


def test_plan(scope, release):
    """expressions on a function: the report shows the plan, or the error and its place"""
    binary = str(build("server", release))
    probes = json.loads(inspect("--json", binary, "main.ping(r.URL.Path, r.Header[\"X-A\"][0], r.Host)"))["probes"]
    check_equal([(probe["function"], probe["role"]) for probe in probes], [("main.ping", "call")], "probes")
    plan = probes[0]["plan"]
    check(any("the entry \"X-A\" of the map at" in line for line in plan), f"{plan}")
    cells = [line for line in plan if "cell " in line]
    check(len(cells) >= 3 and all(line.startswith("cell ") for line in cells), f"{plan}")
    check(any("above 0x0" in line for line in plan), f"{plan}")
    status, stdout, stderr = run("inspect", binary, "main.ping(r.Hots)")
    lines = events.decode_text(stderr, "stderr").splitlines()
    check_equal((status, stdout), (1, b""), f"status and stdout; {lines}")
    check_equal(lines[1:], ["    r.Hots", "      ^"], "the place in the expression")
    check("it has Method, URL" in lines[0], lines[0])


def test_text(scope, release):
    """without --json: one fact per line"""
    lines = inspect(build("server", release), "main.ping").splitlines()
    check(f"    signature     {SIGNATURES['main.ping']}" in lines, f"{lines}")
    check("  - function      main.ping" in lines, f"{lines}")


def test_refused(scope, release):
    """a missing function and a pattern without a match: refused with the reason"""
    for name, reason in (("main.pong", "main.ping"), ("main.(*nothing).*", "there is no function")):
        status, stdout, stderr = run("inspect", str(build("server", release)), name)
        text = events.decode_text(stderr, "stderr")
        check_equal((status, stdout), (1, b""), f"status and stdout; {text}")
        check(name in text and reason in text, text)


if __name__ == "__main__":
    main([(test, release) for release in releases()
          for test in (test_whole, test_sources, test_sources_of_expressions, test_contradiction, test_declarations,
                      test_generics, test_methods, test_stripped, test_inlined, test_plan, test_text, test_refused)],
         attaches=False)
