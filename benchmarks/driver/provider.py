"""The provider: nginx, and what it says of the work that was done."""

import collections
import os
import pathlib
import re
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
DOORS = {"warm": 0, "cold": 1, "resumed": 2}
STATUS = 3
EXCHANGE = "POST /oauth/token 200"
USERINFO = "GET /oauth/userinfo 200"
BYTES_OF_FORM = 200
BYTES_OF_TOKEN = 965
BYTES_OF_USERINFO = 176


class WorkNotDone(Exception):
    """A contestant says that it did what the provider did not see."""


class Provider:
    def __init__(self, directory, port, cpu=None, workers=1):
        self.directory = pathlib.Path(directory)
        self.port = port
        command = ["sh", str(HERE.parent / "provider/start.sh"), str(self.directory), str(port)]
        if cpu is not None:
            command.append(cpu)
        if subprocess.run(command, env={**os.environ, "WORKERS": str(workers)}).returncode != 0:
            raise SystemExit("nginx cannot be started")
        self.log = self.directory / "work.log"
        for _ in range(100):
            try:
                self.accepted()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("nginx does not answer: " + (self.directory / "error.log").read_text())

    @property
    def authority(self):
        return str(self.directory / "ca.pem")

    def accepted(self):
        """Connections accepted so far, this question's among them."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port + STATUS}/") as answer:
            return int(re.search(r"(\d+) \d+ \d+", answer.read().decode()).group(1))

    def begin(self):
        os.truncate(self.log, 0)
        self.accepted_before = self.accepted()

    def check(self, mode, logins):
        """What was done since `begin`: connections, and the share of requests on resumed ones."""
        connections = self.accepted() - self.accepted_before - 1
        lines = self.lines(2 * logins)
        door = str(self.port + DOORS[mode])
        seen = collections.Counter()
        resumed = 0
        for line, count in lines.items():
            at, request, form, sent, reused = re.fullmatch(r"(\d+) (\S+ \S+ \d+) (\S+) (\d+) (\S+)", line).groups()
            enough = {EXCHANGE: BYTES_OF_TOKEN, USERINFO: BYTES_OF_USERINFO}.get(request)
            whole = request != EXCHANGE or (form != "-" and int(form) >= BYTES_OF_FORM)
            if at != door or enough is None or int(sent) < enough or not whole:
                raise WorkNotDone(f"{count} times: {line}")
            seen[request] += count
            resumed += count if reused == "r" else 0
        if seen != {EXCHANGE: logins, USERINFO: logins}:
            raise WorkNotDone(f"{logins} logins told, {dict(seen)} seen")
        return connections, resumed / (2 * logins)

    def lines(self, expected):
        """The log's lines and how often each stands there, once all are."""
        for _ in range(40):
            counted = collections.Counter(self.log.read_text().splitlines())
            if sum(counted.values()) >= expected:
                break
            time.sleep(0.05)
        return counted

    def stop(self):
        os.kill(int((self.directory / "nginx.pid").read_text()), 15)
