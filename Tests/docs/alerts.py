#!/usr/bin/env python3
"""Checks that docs/alerts.md shows what people really see of one refused credential, in each channel.

alerts.py DX-ROTATED DX-SIMULATOR [--write]: the built binaries; --write puts what they say into the page.
"""

import difflib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
PATIENCE = 60

SIMULATED = """
key = "dx-key-1"
[[connection]]
id = 123
[[connection.credential]]
id = 456
expiration_date = "2099-01-01"
[[connection.credential.rule]]
pattern = "bad*"
error = "Invalid credentials"
display_message = "The API token is not valid"
raw_message = "401 Unauthorized"
"""

CONFIGURED = """
retry.initial = "20ms"
retry.max = "20ms"
[api]
url = "{dx}"
token = {{ file = "{work}/key" }}
[credential.jira-cloud]
connection_id = 123
id = 456
settle = "20ms"
secrets.api_token = {{ file = "{work}/secret" }}
[alert.webhook.json]
url = "{hook}/json"
[alert.webhook.slack]
url = "{hook}/slack"
format = "slack"
[alert.webhook.alertmanager]
url = "{hook}"
format = "alertmanager"
[alert.command.mail]
argv = ["/bin/sh", "-c", "env | grep ^DX_ | sort >{work}/env.new && mv {work}/env.new {work}/env"]
"""


class Receiver(BaseHTTPRequestHandler):
    posts = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts[self.path] = json.loads(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def steady(text):
    """The text with what differs from run to run as of one morning."""
    text = re.sub(r"127\.0\.0\.1:\d+", "acme.getdx.net", text)
    text = re.sub(r"20(?!99)\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-11-23T09:00:00Z", text)
    text = text.replace("2099-01-01", "2027-01-01")
    text = re.sub(r"\d+d( \d+h)? left", "38d 15h left", text)
    text = re.sub(r"in \d{5}d", "in 38d   ", text)
    text = re.sub(r'("endsAt": ").{20}', r"\g<1>2026-11-23T09:05:00Z", text)
    text = re.sub(r" \(\d+(\.\d+)?(ms|s)\)", "", text)
    return re.sub(r", process \d+", ", process 812", text)


def pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False)


def wait_for(done):
    """Waits until every channel was given the alert."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            sys.exit("not every channel was given the alert")
        time.sleep(0.02)


def see(rotated, simulator):
    """What each channel was given, by the names of the page's blocks."""
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        (work / "config").mkdir()
        (work / "state").mkdir(mode=0o700)
        (work / "sim.toml").write_text(SIMULATED)
        (work / "key").write_text("dx-key-1\n")
        (work / "secret").write_text("good-1\n")
        dx = subprocess.Popen(
            [simulator, "--config", work / "sim.toml"], stdout=subprocess.PIPE, text=True)
        daemon = None
        try:
            url = dx.stdout.readline().split()[-1]
            hook = f"http://127.0.0.1:{receiver.server_port}"
            (work / "config" / "10.toml").write_text(
                CONFIGURED.format(dx=url, work=work, hook=hook))
            options = ["--config-dir", work / "config", "--state-dir", work / "state"]
            daemon = subprocess.Popen(
                [rotated, "run", *options, "--log", "stderr"], stderr=subprocess.PIPE, text=True)
            lines = {}
            for line in daemon.stderr:
                event = re.search(r"event=(\w+)", line)[1]
                lines[event] = line.rstrip()
                if event == "adopted":
                    (work / "secret.new").write_text("bad-1\n")
                    os.rename(work / "secret.new", work / "secret")
                if event == "rotation_held":
                    break
            wait_for(lambda: len(Receiver.posts) == 3 and (work / "env").exists())
            status = subprocess.run(
                [rotated, "status", *options], capture_output=True, text=True, timeout=PATIENCE)
            seen = {
                "journal": lines["rotation_held"],
                "json": pretty(Receiver.posts["/json"]),
                "slack": Receiver.posts["/slack"]["text"],
                "alertmanager": pretty(Receiver.posts["/api/v2/alerts"]),
                "command": (work / "env").read_text().rstrip(),
                "status": status.stdout.rstrip(),
            }
            place = str(work / "secret")
            return {
                name: steady(text.replace(place, "/run/secrets/jira/api_token"))
                for name, text in seen.items()
            }
        finally:
            for process in (daemon, dx):
                if process:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
            receiver.shutdown()


def filled(page, seen):
    """The page with these texts in its blocks."""
    for name, text in seen.items():
        block = re.compile(rf"(<!-- {name} -->\n```\w*\n).*?(\n```)", re.S)
        page, count = block.subn(lambda found: found[1] + text + found[2], page)
        if count != 1:
            sys.exit(f"docs/alerts.md: there must be one block {name}, there are {count}")
    return page


def main():
    rotated, simulator, *options = sys.argv[1:]
    page = PAGE.read_text(encoding="utf-8")
    real = filled(page, see(Path(rotated).resolve(), Path(simulator).resolve()))
    if options == ["--write"]:
        PAGE.write_text(real, encoding="utf-8")
    elif real != page:
        sys.stdout.writelines(
            difflib.unified_diff(
                page.splitlines(True), real.splitlines(True), "docs/alerts.md", "what is seen"))
        sys.exit("docs/alerts.md is not what people see; if it should be: Tests/docs/alerts.py … --write")


main()
