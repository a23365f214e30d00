#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares debian/ with the rest of the tree, and what meson installs with the list of the package's files:
test_package.py BUILD/meson-info/intro-install_plan.json"""

import fnmatch
import json
import os
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"])
VERSION = os.environ["GOHTTPSNOOP_VERSION"]
INSTALL_PLAN = pathlib.Path(sys.argv.pop()) if len(sys.argv) == 2 else None

DEBIAN = ROOT / "debian"
UNIT = ROOT / "docs/gohttpsnoop.service"
FOLDERS = {"bindir": "/usr/bin", "datadir": "/usr/share", "mandir": "/usr/share/man"}
# What debhelper adds, and what debian/rules removes.
ADDED = {"/usr/lib/systemd/system/gohttpsnoop.service", "/usr/lib/sysusers.d/gohttpsnoop.conf",
         "/usr/share/doc/gohttpsnoop/README.Debian", "/usr/share/doc/gohttpsnoop/changelog.gz",
         "/usr/share/doc/gohttpsnoop/copyright"}
REMOVED = {"/usr/share/doc/gohttpsnoop/LICENSE"}


def read(path):
    return (ROOT / path).read_text()


def field(text, name):
    """The value of a field of a control file, with the lines that continue it."""
    return re.search(rf"^{name}:(.*(?:\n[ \t].*)*)", text, re.MULTILINE)[1]


def unit_values(name):
    return re.search(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)[1].split()


class Files(unittest.TestCase):
    def test_meson_installs_the_listed_files(self):
        listed = set(read("tests/package/files").split())
        places = {place["destination"].format_map(FOLDERS) for kind in json.loads(INSTALL_PLAN.read_text()).values()
                  for place in kind.values()}
        places = {f"{place}.gz" if place.startswith("/usr/share/man/") else place for place in places}
        self.assertIn("/usr/bin/gohttpsnoop", places)
        self.assertEqual(places - REMOVED | ADDED, listed)


class Control(unittest.TestCase):
    def setUp(self):
        self.text = read("debian/control")
        self.needed = dict(re.findall(r"([a-z0-9.+-]+)[^,(]*(?:\(([^)]*)\))?[^,]*,?\s*", field(self.text, "Build-Depends")))

    def test_version_is_that_of_meson(self):
        newest = read("debian/changelog").split("\n", 1)[0]
        self.assertRegex(newest, rf"^gohttpsnoop \({re.escape(VERSION)}(~[^)]*)?\) ")

    def test_libraries_are_those_of_bootstrap(self):
        packages = re.search(r"^readonly packages=\((.*?)\)", read("bootstrap"), re.MULTILINE | re.DOTALL)[1].split()
        libraries = {name for name in packages if name.endswith("-dev")} - {"libc6-dev", "linux-libc-dev"}
        self.assertGreater(len(libraries), 8)
        self.assertEqual({name for name in self.needed if name.endswith("-dev")}, libraries)

    def test_least_versions_agree(self):
        least = re.search(r"^readonly libbpf_least='([^']+)'", read("bootstrap"), re.MULTILINE)[1]
        self.assertEqual(self.needed["libbpf-dev"], f">= {least}")
        self.assertEqual(self.needed["meson"], re.search(r"meson_version: '([^']+)'", read("meson.build"))[1])

    def test_architectures_are_those_of_the_ebpf_programs(self):
        machines = re.findall(r"'(\w+)': '\w+'", re.search(r"^bpf_architectures = .*$", read("bpf/meson.build"), re.MULTILINE)[0])
        names = {"x86_64": "amd64", "aarch64": "arm64"}
        self.assertEqual(field(self.text, "Architecture").split(), [names[machine] for machine in machines])


class Copyright(unittest.TestCase):
    def test_each_file_has_its_license(self):
        """files with another license than MIT are those that the second paragraph names"""
        patterns = re.findall(r"^Files: (.*)$", read("debian/copyright"), re.MULTILINE)[1].split()
        matched, dual = set(), set()
        for top in ("abi", "bpf", "cmd", "core", "tests"):
            for path in (ROOT / top).rglob("*.[ch]"):
                name = str(path.relative_to(ROOT))
                if "SPDX-License-Identifier: MIT OR GPL-2.0-only" in path.read_text(errors="replace").split("\n", 1)[0]:
                    dual.add(name)
                if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                    matched.add(name)
        self.assertGreater(len(dual), 8)
        self.assertEqual(matched, dual)

    def test_text_is_that_of_the_license(self):
        text = re.sub(r"^ \.?", "", read("debian/copyright"), flags=re.MULTILINE)
        self.assertIn(" ".join(read("LICENSE").partition("authors\n")[2].split()), " ".join(text.split()))


class Unit(unittest.TestCase):
    def test_package_has_the_unit(self):
        self.assertEqual((DEBIAN / "gohttpsnoop.service").resolve(), UNIT.resolve())

    def test_user_is_created(self):
        users = re.findall(r"^u (\S+)", read("debian/gohttpsnoop.sysusers"), re.MULTILINE)
        self.assertEqual(users, unit_values("User"))

    def test_capabilities_are_those_that_the_readme_lists(self):
        listed = set(re.findall(r"CAP_\w+", " ".join(re.findall(r"^ *\|( `CAP_.*?)\|", read("README.md"), re.MULTILINE))))
        for name in ("CapabilityBoundingSet", "AmbientCapabilities"):
            self.assertEqual(set(unit_values(name)), listed - {"CAP_SYS_ADMIN"}, name)

    def test_socket_is_that_of_the_readme(self):
        socket = unit_values("ExecStart")
        socket = socket[socket.index("--socket") + 1]
        text = read("debian/gohttpsnoop.README.Debian")
        self.assertEqual(set(re.findall(r"/run/[\w/]+", text)), {socket})


class Options(unittest.TestCase):
    def test_meson_options_are_described(self):
        options = re.findall(r"^option\('(\w+)'(.*?\))$", read("meson_options.txt"), re.MULTILINE | re.DOTALL)
        self.assertIn("static", dict(options))
        for name, rest in options:
            self.assertIn("description: '", rest, name)

    def test_readme_describes_the_static_program(self):
        self.assertTrue("-Dstatic=true" in read("README.md"))


if __name__ == "__main__":
    unittest.main()
