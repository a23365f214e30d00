#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--signature: functions of stripped programs are captured as in programs with DWARF."""

import itertools
import json
import time
import urllib.error
import urllib.request

import events
from harness import check, check_equal, main
from servers import Shop, build, releases_of
from tracer import Tracer, run

# Both calling conventions, and all formats of type descriptors.
RELEASES = ("1.15", "1.19", "1.24", "1.27")

REPLY = "func main.reply(w net/http.ResponseWriter, status int, body interface{})"
SERVE = "func main.serve(listener net.Listener) error"
PATHS = ("/items", "/items/7", "/items/99", "/slow", "/fail")

CALLS = len(PATHS) + 1
MAX_ROUNDS, LEARNING = 100, 0.1  # seconds between two rounds

# Keys that differ between processes.
VARYING = ("time", "pid", "tid", "goid", "comm", "exe", "duration_ns")

# The minimum number of functions of tests/go/args whose types all have a descriptor in the binary.
LEAST_SAME = 400


def ask(shop):
    base = "http://{}:{}".format(*shop.addresses["http"])
    for path in PATHS:
        try:
            urllib.request.urlopen(base + path).close()
        except urllib.error.HTTPError as error:
            error.close()
    urllib.request.urlopen(base + "/orders", data=b'{"items":[1,7]}').close()


def trace(scope, release, variant, *arguments):
    """The call events of main.reply, as lists of key and value pairs in order. Repeats the requests until the tool
    has learned the types that are passed as `any`."""
    shop = Shop(scope, release, variant)
    tracer = Tracer(scope, "--pid", shop.pid, "main.reply", "--json", *arguments).wait_attached()
    for rounds in itertools.count(1):
        ask(shop)
        calls = tracer.wait_types(rounds * CALLS, "call")[-CALLS:]
        if not any("truncated" in call for call in calls):
            break
        check(rounds < MAX_ROUNDS, f"the tool learns no types in {rounds} rounds: {calls}")
        time.sleep(LEARNING)
    tracer.interrupt()
    tracer.check_quiet()
    calls[-1]["args"]["body"]["value"]["ID"] -= rounds  # the shop numbers its orders
    return [list(call.items()) for call in calls]


def compare(calls, others):
    check_equal(len(calls), len(others), "calls")
    for call, other in zip(calls, others):
        check_equal([key for key, _ in call], [key for key, _ in other], "keys")
        for (key, value), (_, expected) in zip(call, other):
            if key not in VARYING:
                check_equal(value, expected, key)


def test_shop(scope, release):
    """main.reply of the stripped shop, also as PIE and with --latency: captured as with DWARF"""
    for plain, stripped in (("plain", "stripped"), ("pie", "pie-stripped")):
        for more in ((), ("--latency",)):
            whole = trace(scope, release, plain, *more)
            check_equal([dict(call)["args"]["status"] for call in whole], [200, 200, 404, 200, 500, 201], "status")
            compare(trace(scope, release, stripped, "--signature", REPLY, *more), whole)
    compare(trace(scope, release, "plain", "--signature", REPLY), trace(scope, release, "plain"))


def inspect(*arguments):
    status, stdout, stderr = run("inspect", "--json", *map(str, arguments))
    check_equal(status, 0, f"status (stderr: {stderr!r})")
    return json.loads(stdout)


def declared(binary):
    """The declarations of the functions of tests/go/args that are in its source, without generated ones."""
    found = {}
    for function in inspect(binary, "main.*")["functions"]:
        name, text = function["function"], function.get("signature", "")
        is_method = ".(*" in name and ".func" not in name
        if text and not set("[&") & set(name + text.partition("(")[0]) and "-fm" not in name and "&" not in text:
            if is_method == text.startswith("func (") or not is_method:
                found[name] = text
    return found


def test_plans(_scope, release):
    """all functions of tests/go/args: their plans are the same as in the program with DWARF"""
    whole, stripped = build("args", release), build("args", release, "stripped")
    functions = declared(whole)
    signatures = [word for text in functions.values() for word in ("--signature", text)]
    expected = {(probe["function"], probe["role"]): probe for probe in inspect(whole, *functions, "main.main()")["probes"]}
    same, types = 0, set()
    for probe in inspect(stripped, *signatures, *functions, "main.main()")["probes"]:
        other = expected[probe["function"], probe["role"]]
        if "refused" in probe:
            types.add(probe["refused"])
            continue
        # The linker chooses, for each build, which types an interface may hold.
        if any("are equal to 0x" in line for line in probe["plan"]):
            continue
        check_equal(probe["plan"], other["plan"], f"plan of {probe['function']}")
        check_equal(probe.get("null"), other.get("null"), f"what is null of {probe['function']}")
        same += 1
    check(same >= LEAST_SAME, f"{same} functions are the same; refused: {types}")
    check(all("does not describe the type" in why or "take" in why for why in types), f"{types}")


def refusal(*arguments):
    status, stdout, stderr = run(*map(str, arguments))
    check_equal((status, stdout), (1, b""), "status and stdout")
    return events.decode_text(stderr, "stderr")


def test_refusals(scope, release):
    """contradictions, unknown types, wrong sizes and signatures of functions that are not traced: a message says so"""
    whole, stripped = build("shop", release), build("shop", release, "stripped")
    text = refusal(whole, "main.reply", "--signature", REPLY.replace("status int", "status string"))
    check("contradicts the DWARF" in text and "status string" in text and "status int," in text, text)
    text = refusal(stripped, "main.reply", "--signature", REPLY.replace("interface{}", "main.nothing"))
    check("the binary does not describe the type main.nothing" in text and "struct{" in text, text)
    text = refusal(stripped, "main.reply", "--signature", REPLY.replace(", body interface{}", ""))
    check("the signature of main.reply is wrong: its parameters and results take 24 bytes" in text, text)
    text = refusal(stripped, "main.reply", "--signature", "func main.rply()")
    check("the signature of main.rply is not used: there is no function main.rply (similar: main.reply" in text, text)
    text = refusal(stripped, "main.reply")
    check("--signature" in text, text)
    shop = Shop(scope, release, "stripped")
    tracer = Tracer(scope, "--pid", shop.pid, "main.reply", "--json", "--count", 1, "--signature", REPLY, "--signature",
                    SERVE).wait_attached()
    ask(shop)
    tracer.wait_end()
    check(any(b"the signature of main.serve is not used: it is no FUNCTION to trace" in line
              for line in tracer.stderr.all()), f"{tracer.stderr.all()!r}")


def test_literals(scope, release):
    """a struct type that is written out in a signature: captured by its fields"""
    item = "struct{ID int; Name string; Cents int}"
    stripped, whole = build("shop", release, "stripped"), build("shop", release)
    function = f"func main.find(id int) (it {item}, ok bool)"
    if inspect(whole, "main.*")["functions"][0]["function"] != "main.find":
        print(f"left out: Go {release} inlines main.find")
        return
    found = inspect(stripped, "main.find", "main.main()", "--signature", function)["probes"]
    expected = inspect(whole, "main.find", "main.main()", "--signature", function)["probes"]
    check_equal([probe["plan"] for probe in found], [probe["plan"] for probe in expected], "plans")


if __name__ == "__main__":
    main([(test, release) for release in releases_of(RELEASES)
          for test in (test_shop, test_plans, test_refusals, test_literals)])
