#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/fleet/publish-events against a server that fails on purpose. tests/fleet/run tries it with NATS itself."""

import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from nats_double import MOST_BYTES, NatsDouble

PROGRAM = pathlib.Path(os.environ["GOHTTPSNOOP_ROOT"]) / "docs/fleet/publish-events"
STREAM = PROGRAM.parent / "nats-stream.json"
PATIENCE = 30


def lines(count, node="web1"):
    return [json.dumps({"type": "request", "node": node, "id": f"{number:016x}"}) for number in range(count)]


class PublishEvents(unittest.TestCase):
    def serve(self, **how):
        server = NatsDouble(**how)
        self.addCleanup(server.close)
        return server

    def publish(self, server, texts, *words, end="\n"):
        return subprocess.run([sys.executable, PROGRAM, *words, server.url], input="\n".join(texts) + end, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)

    def test_each_line_is_a_message(self):
        server = self.serve()
        done = self.publish(server, lines(1000), "--stream", str(STREAM))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.stored, [("gohttpsnoop.web1.request", line) for line in lines(1000)])

    def test_changed_stream_is_used(self):
        server = self.serve()
        server.stream = json.loads(STREAM.read_text()) | {"max_age": 1}
        done = self.publish(server, lines(3), "--stream", str(STREAM))
        self.assertEqual((done.returncode, len(server.stored)), (0, 3), done.stderr)
        self.assertEqual(server.stream["max_age"], 1)

    def test_lines_are_published_again_and_stored_once(self):
        server = self.serve(breaks_after=(7, 1, 100))
        done = self.publish(server, lines(1000))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line for _, line in server.stored], lines(1000))
        self.assertGreater(server.published, 1000)
        self.assertIn("it is tried again", done.stderr)
        self.assertIn("1000 lines stored, 0 not published, 0 not acknowledged", done.stderr)

    def test_subject_has_no_other_tokens(self):
        server = self.serve()
        self.publish(server, [*lines(1, "a.b *>"), '{"type":"lost"}'], "--prefix", "go")
        self.assertEqual([subject for subject, _ in server.stored], ["go.a_b___.request", "go._.lost"])

    def test_incomplete_line_is_left_out(self):
        server = self.serve()
        self.publish(server, lines(3), end="\n" + lines(4)[3][:20])
        self.assertEqual(len(server.stored), 3)

    def test_refused_lines_are_counted(self):
        server = self.serve()
        done = self.publish(server, ["no JSON", "[]", "{}", json.dumps({"type": "call", "args": "x" * MOST_BYTES}), *lines(2)])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(server.stored), 2)
        self.assertIn("2 lines stored, 4 not published, 0 not acknowledged", done.stderr)

    def start_listening(self, server):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "events.sock"
        process = subprocess.Popen([sys.executable, PROGRAM, "--listen", path, server.url], stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + PATIENCE
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return process, path

    def test_listener_takes_what_was_sent_before_it_ends(self):
        server = self.serve()
        process, path = self.start_listening(server)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall("".join(f"{line}\n" for line in lines(500)).encode())
            while len(server.stored) < 1:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            # Its end of the connection; the rest stays with who sends.
            self.assertEqual(connection.recv(1), b"")
        self.assertIn("500 lines stored, 0 not published, 0 not acknowledged", process.communicate(timeout=PATIENCE)[1])
        self.assertEqual(process.returncode, 0)
        self.assertFalse(path.exists())

    def test_what_nobody_stored_is_counted_at_the_end(self):
        server = self.serve()
        server.failure = "insufficient resources"
        process, path = self.start_listening(server)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall("".join(f"{line}\n" for line in lines(2000)).encode())
            while server.published < 1:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[1]
        self.assertEqual(process.returncode, 1)
        self.assertIn("0 lines stored, 0 not published, 2000 not acknowledged", said)
        self.assertEqual(said.count("insufficient resources (503); it is tried again"), 1, said)

    def test_nobody_connects_while_it_ends(self):
        server = self.serve()
        server.failure = "insufficient resources"
        process, path = self.start_listening(server)
        with socket.socket(socket.AF_UNIX) as connection, socket.socket(socket.AF_UNIX) as again:
            connection.connect(str(path))
            connection.sendall(lines(1)[0].encode() + b"\n")
            while server.published < 1:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(connection.recv(1), b"")
            with self.assertRaises(FileNotFoundError):
                again.connect(str(path))
            self.assertIsNone(process.poll())
            server.failure = None
            connection.close()
            process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, len(server.stored)), (0, 1))

    def test_a_socket_in_use_is_left_alone(self):
        server = self.serve()
        _, path = self.start_listening(server)
        done = subprocess.run([sys.executable, PROGRAM, "--listen", path, server.url], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, f"publish-events: {path}: another program listens there\n"))
        self.assertTrue(path.exists())


if __name__ == "__main__":
    unittest.main()
