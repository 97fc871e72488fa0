"""A DX that costs next to nothing: nginx on the loopback, which answers from the address alone.

Each credential has a connection of its own with the same id, so that the id that was sent is in the URL. One connection
more has all credentials in its list; nothing is sent to it.
"""

import json
import pathlib
import subprocess
import time

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log crit;
events {{ worker_connections 512; }}
http {{
  access_log off;
  log_format arrivals '$msec $request_time $uri $status';
  keepalive_requests 100000000;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port};
    location = /api/connections/{shared}/credentials.list {{
      access_log {directory}/lists.log arrivals;
      alias {directory}/list.json;
    }}
    location ~ ^/api/connections/(?<id>[0-9]+)/credentials.update$ {{
      access_log {directory}/updates.log arrivals;
      {update}
    }}
    location ~ ^/api/connections/(?<id>[0-9]+)/credentials.list$ {{
      access_log {directory}/lists.log arrivals;
      return 200 '{{"ok":true,"credentials":[{{"id":$id,"type":"stub","label":"stub","settings":{{}},"created_at":"2026-01-01T00:00:00.000Z","disabled_at":null,"expiration_date":null}}]}}';
    }}
  }}
}}
"""

ACCEPT = """return 200 '{"ok":true,"credential":{"id":$id,"type":"stub","label":"stub","created_at":"2026-01-01T00:00:00.000Z"}}';"""
REFUSE = """return 422 '{"ok":false,"error":"Invalid permissions","display_message":"The token lacks a scope.","raw_message":"403 Forbidden"}';"""


SHARED = 999_999_999


class Stub:
    """nginx in a directory of its own, until it is closed."""

    def __init__(self, directory: pathlib.Path, port: int, update: str = ACCEPT,
                 listed: int = 0):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.url = f"http://127.0.0.1:{port}"
        (directory / "list.json").write_text(json.dumps({"ok": True, "credentials": [
            {"id": number, "type": "stub", "label": f"credential {number}", "settings": {},
             "created_at": "2026-01-01T00:00:00.000Z", "disabled_at": None, "expiration_date": None}
            for number in range(1, listed + 1)]}))
        configuration = directory / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(directory=directory, port=port, update=update, shared=SHARED))
        self.process = subprocess.Popen(["nginx", "-p", str(directory), "-c", str(configuration)])
        wait_until(lambda: (directory / "updates.log").exists(), 5, "nginx to start")

    def arrivals(self, kind: str = "updates") -> list[tuple[float, int]]:
        """When each request began to arrive, in seconds since the epoch, and of which connection."""
        found = []
        for line in (self.directory / f"{kind}.log").read_text().splitlines():
            end, took, address, _ = line.split()
            found.append((float(end) - float(took), int(address.split("/")[3])))
        return found

    def count(self, kind: str = "updates") -> int:
        with open(self.directory / f"{kind}.log", "rb") as log:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))

    def forget(self) -> None:
        for kind in ("updates", "lists"):
            # nginx appends, so an emptied log starts again at its beginning.
            open(self.directory / f"{kind}.log", "w").close()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def wait_until(condition, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
