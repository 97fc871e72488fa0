"""The daemon under measurement: its configuration, its start as systemd would start it, and what /proc says of it."""

import datetime
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
ROTATE_BEFORE = 14 * 86400  # The default of rotate_before.


class Site:
    """A configuration with its sources and its state, in a directory of its own."""

    def __init__(self, directory: pathlib.Path, url: str, count: int, opens_in: float = 286 * 86400,
                 spread: float = 0, **options):
        """The windows open `opens_in` seconds after the sources are written, over `spread` seconds."""
        shutil.rmtree(directory, ignore_errors=True)
        self.directory = directory
        self.count = count
        (directory / "config").mkdir(parents=True)
        (directory / "secrets").mkdir()
        (directory / "state").mkdir()
        (directory / "token").write_text("benchmark-key-benchmark-key\n")
        for number in range(1, count + 1):
            self.source(number).write_text(f"first-value-{number:09}\n")
        self.opens = round(time.time() + opens_in, 3)
        self.due = {number: self.opens + spread * number / count for number in range(1, count + 1)}
        api = {"concurrency": 16, "requests_per_minute": 1_000_000, "poll_interval": '"30d"'}
        api |= options.get("api", {})
        lines = ["[api]", f'url = "{url}"', f'token = {{ file = "{directory}/token" }}']
        lines += [f"{key} = {value}" for key, value in api.items()]
        lines += ["[defaults]"]
        lines += [f"{key} = {value}" for key, value in options.get("defaults", {}).items()]
        connection = options.get("connection")
        for number in range(1, count + 1):
            lines.append(f"[credential.c{number:06}]")
            lines.append(f"connection_id = {connection or number}\nid = {number}")
            lines.append(f"expires_at = {timestamp(self.due[number] + ROTATE_BEFORE)}")
            lines.append(f'secrets.api_token = {{ file = "{self.source(number)}" }}')
        (directory / "config" / "10.toml").write_text("\n".join(lines) + "\n")

    def source(self, number: int) -> pathlib.Path:
        return self.directory / "secrets" / f"{number:06}"

    def change(self, number: int, value: str) -> float:
        """Replaces a source by a rename; returns when."""
        new = self.directory / f"new-{number}"
        new.write_text(value)
        at = time.time()
        new.rename(self.source(number))
        return at

    @property
    def options(self) -> list[str]:
        return ["--config-dir", f"{self.directory}/config", "--state-dir", f"{self.directory}/state"]


def timestamp(seconds: float) -> str:
    date = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Daemon:
    """`dx-rotated run`, with this process in the place of systemd."""

    def __init__(self, binary: str, site: Site, watchdog: float | None = 180, wrapper=()):
        self.site = site
        self.ready_at: float | None = None
        self.heartbeats: list[float] = []
        self._ready = threading.Event()
        path = str(site.directory / "notify")
        if os.path.exists(path):
            os.unlink(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        threading.Thread(target=self._listen, daemon=True).start()
        environment = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": path}
        if watchdog:
            environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self._log = open(site.directory / "log", "ab")
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [*wrapper, binary, "run", *site.options, "--log", "stderr", "--log-level", "warning"],
            env=environment, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL)

    def _listen(self) -> None:
        while True:
            message = self._socket.recv(65536).split(b"\n")
            now = time.monotonic()
            if b"READY=1" in message and self.ready_at is None:
                self.ready_at = now
                self._ready.set()
            if b"WATCHDOG=1" in message:
                self.heartbeats.append(now)

    def wait_ready(self, seconds: float = 120) -> float:
        """Waits for READY=1; returns how long it took from the start, in seconds."""
        if not self._ready.wait(seconds):
            raise TimeoutError("no READY=1; see " + str(self.site.directory / "log"))
        return self.ready_at - self.started_at

    def wait_idle(self, seconds: float = 300) -> None:
        """Waits until a second has passed without a tick of CPU."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before = self.cpu()
            time.sleep(1)
            if self.cpu() == before:
                return
        raise TimeoutError("the daemon does not come to rest")

    def cpu(self) -> float:
        """CPU seconds used so far, of all threads that ever were."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> dict[str, int]:
        """Kibibytes: `RssAnon`, `VmHWM`, `Pss`."""
        text = self._proc("status") + self._proc("smaps_rollup")
        return {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def context_switches(self) -> int:
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            text = self._proc(f"task/{task}/status")
            total += sum(int(n) for n in re.findall(r"ctxt_switches:\s+(\d+)", text))
        return total

    def _proc(self, name: str) -> str:
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
