# SPDX-License-Identifier: MIT
"""rsyslog and ClickHouse as processes of the test, with the files of docs/fleet and folders of their own."""

import re
import signal
import subprocess
import time

from harness import ROOT, check, check_equal, wait_until

DOCUMENTS = ROOT / "docs/fleet"
PORT = 5140  # of the collector, as in docs/fleet/rsyslog.conf
MEMORY = 64 << 20  # bytes for ClickHouse's cache of marks

SERVER_XML = """<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <http_port>8123</http_port><tcp_port>9000</tcp_port><listen_host>127.0.0.1</listen_host>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><mark_cache_size>{memory}</mark_cache_size>
  <users_config>{folder}/users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
</yandex>
"""
USERS_XML = """<?xml version="1.0"?>
<yandex>
  <profiles><default/></profiles>
  <users><default>
    <password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default/></quotas>
</yandex>
"""


class Engine:
    """A daemon in the network namespace of the collector."""

    def __init__(self, scope, collector, folder, command):
        self.collector, self.folder, self.command = collector, folder, command
        self.process = None
        scope.callback(self.kill)

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(self.collector.words(*self.command), stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self, limit=60):
        self.process.terminate()
        self.process.wait(limit)

    def check_runs(self):
        check(self.process.poll() is None, f"{self.command[0]} ended: {(self.folder / 'output').read_text()[-1000:]}")


class Rsyslog(Engine):
    def __init__(self, scope, collector):
        folder = scope.folder / "rsyslog"
        self.lines = folder / "lines"
        self.lines.mkdir(parents=True)
        text = (DOCUMENTS / "rsyslog.conf").read_text()
        check("/var/log/gohttpsnoop" in text and f'port="{PORT}"' in text, "docs/fleet/rsyslog.conf has another path or port")
        (folder / "rsyslog.conf").write_text(f'global(workDirectory="{folder}")\n'
                                             + text.replace("/var/log/gohttpsnoop", str(self.lines)))
        super().__init__(scope, collector, folder,
                         ("rsyslogd", "-n", "-f", folder / "rsyslog.conf", "-i", folder / "pid"))

    def start(self):
        super().start()
        wait_until(self.listens, "rsyslog listens")

    def kill(self):
        super().kill()
        (self.folder / "pid").unlink(missing_ok=True)

    def freeze_and_kill(self):
        """Kills it when it has read nothing for a second."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        self.kill()

    def listens(self):
        self.check_runs()
        done = self.collector.run("ss", "-Hltn", f"sport = :{PORT}")
        return bool(done.stdout.strip())

    def files(self):
        return [*self.lines.glob("*.ndjson"), *self.lines.glob("loaded/*.ndjson")]

    def data(self):
        return b"".join(path.read_bytes() for path in sorted(self.files(), key=lambda path: path.name))


class ClickHouse(Engine):
    def __init__(self, scope, collector):
        folder = scope.folder / "clickhouse"
        for name in ("data", "tmp"):
            (folder / name).mkdir(parents=True)
        (folder / "config.xml").write_text(SERVER_XML.format(folder=folder, memory=MEMORY))
        (folder / "users.xml").write_text(USERS_XML)
        super().__init__(scope, collector, folder, ("clickhouse-server", f"--config-file={folder}/config.xml"))

    def start(self):
        super().start()
        wait_until(self.answers, "ClickHouse answers")

    def answers(self):
        self.check_runs()
        return self.ask("SELECT 1").returncode == 0

    def ask(self, query, *words):
        return self.collector.run("clickhouse-client", "-n", *words, "--query", query)

    def query(self, query, *words):
        done = self.ask(query, *words)
        check(done.returncode == 0, f"{query}: {done.stderr}")
        return done.stdout

    def version(self):
        return self.query("SELECT version()").strip()

    def create(self):
        old = self.version().startswith("18.")
        self.query((DOCUMENTS / ("clickhouse-18.16.sql" if old else "clickhouse.sql")).read_text())
        self.options = () if old else ("--date_time_input_format", "best_effort")

    def load(self, folder, *words):
        """Runs docs/fleet/load-events; returns its status and what it said."""
        done = self.collector.run(DOCUMENTS / "load-events", *words, folder, *self.options)
        return done.returncode, done.stderr.strip()


def queries():
    """The questions of docs/fleet/queries.sql, each with its statement."""
    found = re.findall(r"^-- (\d+\. .*)\n((?:.+\n)+)", (DOCUMENTS / "queries.sql").read_text(), re.MULTILINE)
    check_equal(len(found), 10, "questions in docs/fleet/queries.sql")
    return found
