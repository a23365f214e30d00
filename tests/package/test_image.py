#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/fleet/build-image, read back by Python's own means. tests/package/container runs the image."""

import hashlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROGRAM = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"]) / "docs/fleet/build-image"
PT_LOAD, PT_INTERP = 1, 3
X86_64, ARM64, RISC_V = 62, 183, 243


def elf(machine, kind):
    """An ELF file with one program header, as far as build-image reads it."""
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return header + struct.pack("<II6Q", kind, 5, 0, 0, 0, 0, 0, 0)


class Image(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def build(self, content, *words, environment=()):
        program, archive = self.folder / "program", self.folder / "image.tar"
        program.write_bytes(content)
        program.chmod(0o755)
        done = subprocess.run([sys.executable, PROGRAM, program, archive, *words], capture_output=True, text=True, check=False,
                              env={**os.environ, **dict(environment)})
        return done, archive.read_bytes() if archive.exists() else None

    def read(self, content):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}

    def test_both_forms_lead_to_the_program(self):
        done, image = self.build(elf(ARM64, PT_LOAD), "--version", "1.2.3")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = self.read(image)
        for name, content in files.items():
            if name.startswith("blobs/"):
                self.assertEqual(name, f"blobs/sha256/{hashlib.sha256(content).hexdigest()}")
        blob = {name.rpartition("/")[2]: content for name, content in files.items()}
        entry, = json.loads(files["index.json"])["manifests"]
        manifest = json.loads(blob[entry["digest"][7:]])
        docker, = json.loads(files["manifest.json"])
        self.assertEqual(docker["Config"], f"blobs/sha256/{manifest['config']['digest'][7:]}")
        self.assertEqual(docker["Layers"], [f"blobs/sha256/{manifest['layers'][0]['digest'][7:]}"])
        self.assertEqual(docker["RepoTags"], ["docker.io/library/gohttpsnoop:1.2.3"])
        config = json.loads(files[docker["Config"]])
        self.assertEqual((config["architecture"], config["rootfs"]["diff_ids"]), ("arm64", [manifest["layers"][0]["digest"]]))
        layer = self.read(files[docker["Layers"][0]])
        self.assertEqual(layer, {config["config"]["Entrypoint"][0][1:]: elf(ARM64, PT_LOAD)})

    def test_same_program_makes_same_bytes(self):
        images = [self.build(elf(X86_64, PT_LOAD), "--version", "1.2.3", environment=environment)[1]
                  for environment in ((), (), {"SOURCE_DATE_EPOCH": "1700000000"}.items())]
        self.assertEqual(images[0], images[1])
        self.assertNotEqual(images[0], images[2])
        self.assertIn(b'"created":"2023-11-14T22:13:20Z"', images[2])

    def test_other_files_are_refused(self):
        for content, words, expected in (
                (b"#!/bin/sh\n", (), "not a 64-bit ELF program"),
                (b"", (), "not a 64-bit ELF program"),
                (elf(X86_64, PT_INTERP), (), "needs shared libraries"),
                (elf(RISC_V, PT_LOAD), (), "ELF machine 243 is unknown"),
                (elf(ARM64, PT_LOAD), (), "give its --version"),
                (elf(ARM64, PT_LOAD), ("--version", "1", "--name", "registry.example:5000/it"), "has no tag")):
            done, image = self.build(content, *words)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(expected, done.stderr)
            self.assertIsNone(image)


if __name__ == "__main__":
    unittest.main()
