#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the documentation with the code: options, events, paths."""

import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
TOOL = os.environ["GOHTTPSNOOP"]

README = ROOT / "README.md"
EVENTS = ROOT / "docs/events.md"
CHECK = ROOT / "docs/check.md"
SCHEMA = ROOT / "docs/events.schema.json"
MAN_PAGE = ROOT / "docs/gohttpsnoop.1"
PAGES = (README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
DOCUMENTS = (*PAGES, MAN_PAGE)

OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
CODE = re.compile(r"`([^`]+)`")
FOLDERS = "abi|bpf|cmd|core|cross|debian(?=/[a-z])|docs|tests"
TREE_PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/[\w./-]*")
ABSOLUTE_PATH = re.compile(r"(?<![\w./~*)-])/(?:[\w.-]+/)*[\w.-]+")
SYSTEM_PATHS = ("/proc", "/sys", "/usr", "/etc", "/srv", "/tmp", "/run", "/var")


def rows(document, heading):
    """The cells of each row of all tables whose first heading is `heading`."""
    inside = False
    for line in document.read_text().splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == heading:
            inside = True
        elif inside and not set(cells[0]) <= set("-"):
            yield cells


def code_words(cell):
    return CODE.findall(cell)


def event_lines(document):
    """The example events: complete objects, indented as code."""
    for line in document.read_text().splitlines():
        if line.startswith('    {"type":'):
            yield line.strip()


def usage_options():
    usage = subprocess.run([TOOL, "--help", "all"], check=True, capture_output=True, text=True).stdout
    lists = usage.partition("Targets (")[2].partition("\nExamples:")[0]
    return set(OPTION.findall(lists))


def refuse_constant(text):
    raise ValueError(f"{text} is not JSON")


def pairs_once(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def parse_strictly(line):
    return json.loads(line, parse_constant=refuse_constant, object_pairs_hook=pairs_once)


class Options(unittest.TestCase):
    def test_usage_names_options(self):
        self.assertLessEqual({"--pid", "-p", "--json", "--help"}, usage_options())

    def test_man_page_has_the_options_of_usage(self):
        text = MAN_PAGE.read_text()
        section = text.partition(".Sh OPTIONS")[2].partition(".Sh ")[0]
        described = {
            "-" + flag
            for line in section.splitlines()
            if line.startswith(".It")
            for flag in re.findall(r"\bFl (\S+)", line)
        }
        self.assertEqual(described, usage_options())

    def test_man_page_mentions_no_other_option(self):
        flags = re.findall(r"(?:^\.|\s)Fl ([\w-]+)", MAN_PAGE.read_text(), re.MULTILINE)
        # The synopsis has several flags without values in one word: -jqv.
        mentioned = set()
        for flag in flags:
            mentioned |= {"-" + flag} if flag.startswith("-") else {"-" + letter for letter in flag}
        self.assertLessEqual(mentioned, usage_options())

    def test_help_of_commands(self):
        """--help of a command is about that command: its options are those of its man page"""
        for command in ("check", "inspect", "report", "summary", "top"):
            text = subprocess.run([TOOL, command, "--help"], check=True, capture_output=True, text=True).stdout
            self.assertTrue(text.startswith(f"Usage: gohttpsnoop {command} "), text)
            self.assertIn(f"gohttpsnoop-{command}(1)", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 90, text)
            found = set(OPTION.findall("\n".join(line for line in text.splitlines() if line.startswith("  "))))
            if command == "top":
                self.assertLessEqual(found, usage_options())
                continue
            page = (ROOT / f"docs/gohttpsnoop-{command}.1").read_text()
            flags = re.findall(r"(?<![\w-])(-?[a-z]+)", " ".join(re.findall(r"^\.It (Fl .*)", page, re.MULTILINE)).replace("Fl ", ""))
            self.assertEqual(found, {"-" + flag for flag in flags}, command)

    def test_readme_table_has_the_options_of_usage(self):
        listed = set()
        for cells in rows(README, "option"):
            for word in code_words(cells[0]):
                listed |= set(OPTION.findall(word))
        self.assertEqual(listed, usage_options())


class Events(unittest.TestCase):
    def setUp(self):
        self.keys = {}  # key to cells of its row, in the order of the table
        for cells in rows(EVENTS, "key"):
            if len(cells) == 7:  # skips the table with OpenTelemetry's names
                (key,) = code_words(cells[0])
                self.assertNotIn(key, self.keys)
                self.keys[key] = cells
        self.types = [code_words(cells[0])[0] for cells in rows(EVENTS, "type")]

    def belongs(self, key, event_type):
        """Whether events of this type may have the key. The cell says "all", "all but `x`" or lists types."""
        events = self.keys[key][3]
        return events == "all" or (event_type in code_words(events)) != events.startswith("all but")

    def test_there_are_examples_of_each_type(self):
        types = {parse_strictly(line)["type"] for line in event_lines(EVENTS)}
        self.assertEqual(types, set(self.types))
        self.assertTrue(list(event_lines(README)))

    def test_examples_have_listed_keys_in_listed_order(self):
        order = list(self.keys)
        for document in (README, EVENTS):
            for line in event_lines(document):
                keys = list(parse_strictly(line))
                self.assertLessEqual(set(keys), set(order), line)
                self.assertEqual(keys, sorted(keys, key=order.index), line)

    def test_examples_have_keys_of_their_type(self):
        for document in (README, EVENTS):
            for line in event_lines(document):
                event = parse_strictly(line)
                for key in event:
                    self.assertTrue(self.belongs(key, event["type"]), f"{key} in {line}")

    def test_null_only_where_documented(self):
        for document in (README, EVENTS):
            for line in event_lines(document):
                for key, value in parse_strictly(line).items():
                    if value is None:
                        self.assertTrue(self.keys[key][6], f"{key} in {line}")

    def test_outcomes_are_listed(self):
        outcomes = {code_words(cells[0])[0] for cells in rows(EVENTS, "outcome")}
        for document in (README, EVENTS):
            for line in event_lines(document):
                self.assertIn(parse_strictly(line).get("outcome", "ok"), outcomes)

    def test_code_writes_the_listed_keys(self):
        """the keys that the JSON format writes are exactly those of the tables"""
        source = "".join(path.read_text() for path in sorted((ROOT / "core/formats").glob("*json*.c")))
        written = set(re.findall(r'(?:json_key|put_text|put_text_unless_empty|put_number)'
                                 r'\(json(?:->writer)?, "(\w+)"', source))
        written |= set(re.findall(r'"(\w+_bytes)", &event->', source))
        self.assertEqual(written - {"http", "https"}, set(self.keys))

    def test_labels_cannot_have_the_listed_keys(self):
        source = (ROOT / "core/formats/origin.c").read_text()
        reserved = set(re.findall(r'^\t"([\w.]+)",$', source, re.MULTILINE))
        self.assertEqual(set(self.keys) - reserved, set())

    def test_schema_has_the_keys_of_each_type(self):
        definitions = json.loads(SCHEMA.read_text())["$defs"]
        for name in self.types:
            documented = [key for key in self.keys if self.belongs(key, name)]
            self.assertEqual(list(definitions[name]["properties"]), documented, name)

    def test_code_writes_opentelemetrys_names_of_the_table(self):
        listed = {word for cells in rows(EVENTS, "key") if len(cells) == 3 for word in code_words(cells[1])}
        listed |= {word for cells in rows(EVENTS, "OpenTelemetry") for word in code_words(cells[0])}
        listed |= {"gohttpsnoop.truncated", "gohttpsnoop.count", "gohttpsnoop.where"}
        sources = "".join(path.read_text() for path in sorted((ROOT / "core/formats").glob("*otel*.c")))
        written = set(re.findall(r'(?:otel_text|otel_number|otel_name|otel_bytes|otel_open_list|begin_value_of|json_key)\((?:otel|line)(?:->line\.writer|->writer|),\s*"([\w.]+)"',
                                 sources))
        written |= set(re.findall(r'(?:otel_name)\(&otel->line, "([\w.]+)"', sources))
        written -= {"key", "value", "values", "stringValue"}  # of OTLP
        written |= {"http.request.header.<key>", "http.response.header.<key>", "user_agent.original"}
        self.assertEqual(written, listed)

    def test_conditions_know_the_keys(self):
        definitions = json.loads(SCHEMA.read_text())["$defs"]
        source = (ROOT / "core/events/event_keys.c").read_text()
        expected = dict.fromkeys(key for name in ("request", "client", "call") for key in definitions[name]["properties"])
        self.assertEqual(re.findall('"([a-z_]+)",', source), list(expected))

    def test_opentelemetry_table_has_each_key_once(self):
        named = [code_words(cells[0])[0] for cells in rows(EVENTS, "key") if len(cells) == 3]
        expected = [key for key in self.keys
                    if key not in ("truncated", "count", "where")
                    and not (key.endswith("_bytes") and key[:-6] in self.keys)]
        self.assertEqual(named, expected)


class Check(unittest.TestCase):
    """the report of `gohttpsnoop check` on this machine has the keys that its page lists"""

    @classmethod
    def setUpClass(cls):
        done = subprocess.run([TOOL, "check", "--json"], capture_output=True, text=True, check=False)
        cls.status, cls.report = done.returncode, parse_strictly(done.stdout)

    @staticmethod
    def listed(heading):
        return [word for cells in rows(CHECK, heading) for word in code_words(cells[0])]

    def test_keys(self):
        self.assertEqual(list(self.report), self.listed("key"))

    def test_features(self):
        self.assertEqual(list(self.report["features"]), self.listed("feature"))

    def test_ways(self):
        for way in self.report["attach"].values():
            self.assertLessEqual(set(way), set(self.listed("way's key")))

    def test_problems(self):
        for problem in self.report["problems"]:
            self.assertLessEqual(set(problem), set(self.listed("problem's key")))
            self.assertIn(problem["reason"], self.listed("reason"))
        concerned = [name for problem in self.report["problems"] for name in problem["concerns"]]
        failing = [name for name, works in self.report["features"].items() if not works]
        self.assertEqual(sorted(concerned), sorted(failing))

    def test_reasons(self):
        source = (ROOT / "core/platform/obstacle.c").read_text()
        self.assertEqual(set(re.findall(r'\.name = "(\w+)"', source)) - {"none"}, set(self.listed("reason")))

    def test_status(self):
        statuses = {"everything": 0, "nothing": 1, "partly": 3}
        self.assertEqual(self.status, statuses[self.report["verdict"]])
        self.assertLessEqual({str(status) for status in statuses.values()},
                             {cells[0] for cells in rows(CHECK, "status")})


class Paths(unittest.TestCase):
    def test_all_pages_are_looked_at(self):
        self.assertGreater(len(PAGES), 8)

    def test_what_is_named_exists(self):
        found = {(document.name, path.rstrip(".")) for document in DOCUMENTS
                 for path in TREE_PATH.findall(document.read_text())}
        self.assertIn(("architecture.md", "core/session/session.c"), found)
        self.assertEqual([pair for pair in sorted(found) if not (ROOT / pair[1]).exists()], [])

    def test_links_lead_somewhere(self):
        for document in PAGES:
            for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
                self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")

    def test_all_pages_are_installed(self):
        rules = (ROOT / "docs/meson.build").read_text()
        for document in DOCUMENTS:
            name = os.path.relpath(document, ROOT / "docs")
            self.assertIn(f"'{name}'", rules)

    def test_all_files_for_a_fleet_are_installed(self):
        rules = (ROOT / "docs/meson.build").read_text()
        for path in (ROOT / "docs/fleet").iterdir():
            self.assertIn(f"'fleet/{path.name}'", rules)

    def test_fleet_page_has_each_question(self):
        """the page about fleets shows each statement of its file"""
        page = (ROOT / "docs/fleet/README.md").read_text()
        found = re.findall(r"^-- (\d+\. .*)\n((?:.+\n)+)", (ROOT / "docs/fleet/queries.sql").read_text(), re.MULTILINE)
        self.assertEqual(len(found), 10)
        for title, statement in found:
            shown = "".join(f"    {line}\n" for line in statement.splitlines())
            self.assertIn(f"**{title}**\n\n{shown}", page)

    def test_each_command_has_a_man_page(self):
        commands = re.findall(r'\{ "([a-z]+)", [a-z_]+ \}', (ROOT / "cmd/main.c").read_text())
        self.assertGreaterEqual(len(commands), 5)
        rules = (ROOT / "docs/meson.build").read_text()
        for command in commands:
            page = f"gohttpsnoop-{command}.1"
            self.assertTrue((ROOT / "docs" / page).exists(), page)
            self.assertIn(f"'{page}'", rules)
            self.assertIn(f"gohttpsnoop-{command} 1", MAN_PAGE.read_text())

    def test_no_paths_of_some_machine(self):
        for document in DOCUMENTS:
            for path in ABSOLUTE_PATH.findall(self.without_http(document)):
                self.assertTrue(path.startswith(SYSTEM_PATHS), f"{document.name}: {path}")

    @staticmethod
    def without_http(document):
        """The text, reduced so that of examples only paths of executables remain: other paths there belong to URLs."""
        lines = []
        for line in document.read_text().splitlines():
            if line.startswith("    {"):
                line = json.dumps(parse_strictly(line).get("exe", ""))
            elif re.match(r'    \[\d', line):
                line = json.dumps(json.loads(line)[1])
            elif re.match(r'    (\["|\d\d:\d\d:\d\d\.|\+\d)', line):
                line = ""
            elif re.match(r"    (\S+ +→?[A-Z]+ +/|│|  \{\w+=)", line):
                line = ""
            lines.append(re.sub(r"(HTTP|TCP)/[\d.]+|(--path|path ~) ['\"][^'\"]*", "", line))
        return "\n".join(lines)


if __name__ == "__main__":
    unittest.main()
