# SPDX-License-Identifier: MIT
"""rsyslog, syslog-ng and ClickHouse as processes of the test, with the files of docs/fleet and folders of their own."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

from harness import ROOT, Skip, check, check_equal, wait_until

HERE = pathlib.Path(__file__).resolve().parent
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

    name = None
    is_exact = False  # whether all is stored that was sent and is not counted as lost

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

    def freeze_and_kill(self):
        """Kills it when it has read nothing for a second."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        self.kill()

    def connections(self, host):
        """How often the host was connected."""
        return host.connections()

    def is_listening(self, port):
        self.check_runs()
        return bool(self.collector.run("ss", "-Hltn", f"sport = :{port}").stdout.strip())

    def check_runs(self):
        check(self.process.poll() is None, f"{self.command[0]} ended: {(self.folder / 'output').read_text()[-1000:]}")


class LineFiles(Engine):
    """An engine that writes a file a minute; `settings` is its file in docs/fleet."""

    def __init__(self, scope, collector, settings, command):
        folder = scope.folder / self.name
        self.lines = folder / "lines"
        self.lines.mkdir(parents=True)
        text = (DOCUMENTS / settings).read_text()
        check("/var/log/gohttpsnoop" in text and str(PORT) in text, f"docs/fleet/{settings} has another path or port")
        self.settings = folder / settings
        self.settings.write_text(self.head(folder) + text.replace("/var/log/gohttpsnoop", str(self.lines)))
        super().__init__(scope, collector, folder, [word.format(folder=folder, settings=self.settings) for word in command])

    def head(self, folder):
        """What comes before the file in docs/fleet."""
        raise NotImplementedError

    def start(self):
        super().start()
        wait_until(lambda: self.is_listening(PORT), f"{self.name} listens")

    def listener(self, host):
        return f"tcp:{host.collector}:{PORT}"

    def send(self, data):
        """Sends these bytes as a host does, from the collector itself."""
        program = (f"import socket, sys\nconnection = socket.create_connection(('127.0.0.1', {PORT}))\n"
                   "connection.sendall(sys.stdin.buffer.read())\nconnection.shutdown(socket.SHUT_WR)\n")
        done = subprocess.run(self.collector.words(sys.executable, "-c", program), input=data, capture_output=True, check=False)
        check(done.returncode == 0, f"sending failed: {done.stderr.decode()}")

    def files(self):
        return [*self.lines.glob("*.ndjson"), *self.lines.glob("loaded/*.ndjson")]

    def size(self):
        return sum(path.stat().st_size for path in self.files())

    def data(self):
        return b"".join(path.read_bytes() for path in sorted(self.files(), key=lambda path: path.name))


class Rsyslog(LineFiles):
    name = "rsyslog"

    def __init__(self, scope, collector):
        super().__init__(scope, collector, "rsyslog.conf", ("rsyslogd", "-n", "-f", "{settings}", "-i", "{folder}/pid"))

    def head(self, folder):
        return f'global(workDirectory="{folder}")\n'

    def version(self):
        return self.collector.run("rsyslogd", "-v").stdout.split()[1]

    def kill(self):
        super().kill()
        (self.folder / "pid").unlink(missing_ok=True)


class SyslogNg(LineFiles):
    """Debian's packages of it and of rsyslog exclude each other, so they are unpacked, not installed."""

    name = "syslog-ng"
    PACKAGES = "syslog-ng-core", "libivykis0", "libnet1"

    def __init__(self, scope, collector):
        self.unpacked = unpack_packages(scope.folder / "packages", self.PACKAGES)
        libraries = [self.unpacked / "usr/lib/syslog-ng", *(self.unpacked / "usr/lib").glob("*-linux-gnu")]
        modules = next((self.unpacked / "usr/lib/syslog-ng").glob("[0-9]*"))
        self.program = ("env", f"LD_LIBRARY_PATH={':'.join(map(str, libraries))}", str(self.unpacked / "usr/sbin/syslog-ng"))
        super().__init__(scope, collector, "syslog-ng.conf",
                         (*self.program, "--foreground", "--no-caps", "--cfgfile={settings}", f"--module-path={modules}",
                          "--persist-file={folder}/persist", "--pidfile={folder}/pid", "--control={folder}/control"))

    def head(self, folder):
        return f"@version: {'.'.join(self.version().split('.')[:2])}\n"

    def version(self):
        done = subprocess.run([*self.program, "--version"], capture_output=True, text=True, check=False)
        return re.search(r"\((\d[\d.]*)\)", done.stdout)[1]


def unpack_packages(folder, packages):
    """Returns a folder with the files of these packages of Debian."""
    folder.mkdir()
    folder.chmod(0o777)  # apt-get downloads as another user
    done = subprocess.run(["apt-get", "-q", "download", *packages], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f"{packages[0]} cannot be fetched: {done.stderr.strip()}")
    for path in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", path, folder / "tree"], check=True)
    return folder / "tree"


class ClickHouse(Engine):
    name = "ClickHouse"

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


class CurrentClickHouse:
    """The engine of a current release without a server: see chdb-client, which load-events finds as clickhouse-client."""

    def __init__(self, scope):
        self.folder = scope.folder / "chdb"
        (self.folder / "bin").mkdir(parents=True)
        (self.folder / "bin/clickhouse-client").symlink_to(HERE / "chdb-client")
        self.environment = {**os.environ, "CHDB_FOLDER": str(self.folder / "data"),
                            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}

    def run(self, *words):
        done = subprocess.run([str(word) for word in words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        check(done.returncode == 0 and not done.stderr, f"{words[-1]}: {done.stderr}")
        return done.stdout

    def query(self, query, *words):
        return self.run("clickhouse-client", "-n", *words, "--query", query)

    def version(self):
        return self.query("SELECT version()").strip()

    def create(self):
        self.query((DOCUMENTS / "clickhouse.sql").read_text())

    def load(self, files):
        """Loads copies of these files by docs/fleet/load-events."""
        lines = self.folder / "lines"
        lines.mkdir()
        for path in files:
            shutil.copy(path, lines)
        self.run(DOCUMENTS / "load-events", "--all", lines, "--date_time_input_format", "best_effort")


def queries():
    """The questions of docs/fleet/queries.sql, each with its statement."""
    found = re.findall(r"^-- (\d+\. .*)\n((?:.+\n)+)", (DOCUMENTS / "queries.sql").read_text(), re.MULTILINE)
    check_equal(len(found), 10, "questions in docs/fleet/queries.sql")
    return found
