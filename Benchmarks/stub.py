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
    listen 127.0.0.1:{port}{tls};
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
SYSTEM_STORE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


class Stub:
    """nginx in a directory of its own, until it is left."""

    def __init__(self, directory: pathlib.Path, port: int, update: str = ACCEPT, listed: int = 0,
                 tls: bool = False):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        (directory / "list.json").write_text(json.dumps({"ok": True, "credentials": [
            {"id": number, "type": "stub", "label": f"credential {number}", "settings": {},
             "created_at": "2026-01-01T00:00:00.000Z", "disabled_at": None, "expiration_date": None}
            for number in range(1, listed + 1)]}))
        configuration = directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            directory=directory, port=port, update=update, shared=SHARED,
            tls=f" ssl; ssl_certificate {self.certificate}; ssl_certificate_key {directory}/key.pem" if tls else ""))
        if tls:
            self._certify()
        self.process = subprocess.Popen(["nginx", "-p", str(directory), "-c", str(configuration)])
        end = time.monotonic() + 5
        while not (directory / "updates.log").exists() or not (directory / "nginx.pid").exists():
            if time.monotonic() > end:
                raise TimeoutError("nginx did not start")
            time.sleep(0.02)

    def __enter__(self) -> "Stub":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(10)

    @property
    def certificate(self) -> pathlib.Path:
        return self.directory / "certificate.pem"

    @property
    def store(self) -> pathlib.Path:
        """The system's certificates and the stub's own: to read them costs what it costs with any DX."""
        path = self.directory / "store.pem"
        path.write_text(SYSTEM_STORE.read_text() + self.certificate.read_text())
        return path

    def _certify(self) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", self.directory / "key.pem", "-out", self.certificate, "-days", "2", "-subj", "/CN=stub",
             "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)

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
