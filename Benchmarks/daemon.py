"""The daemon under measurement: its start as systemd would start it, and what /proc says of it."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

from premises import Site


class Daemon:
    """`dx-rotated run`, with this process in the place of systemd."""

    def __init__(self, binary: str, site: Site, watchdog: float | None = 180):
        self.site = site
        self.heartbeats: list[float] = []
        self._ready: list[float] = []
        self._news = threading.Condition()
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
            [binary, "run", *site.options, "--log", "stderr", "--log-level", "warning"],
            env=environment, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL)

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def _listen(self) -> None:
        while True:
            message = self._socket.recv(65536).split(b"\n")
            now = time.monotonic()
            if b"WATCHDOG=1" in message:
                self.heartbeats.append(now)
            if b"READY=1" in message:
                with self._news:
                    self._ready.append(now)
                    self._news.notify()

    def wait_ready(self, times: int = 1, seconds: float = 60) -> float:
        """Waits for READY=1; returns how long it took from the start, in seconds."""
        end = time.monotonic() + seconds
        with self._news:
            while len(self._ready) < times:
                if self.process.poll() is not None:
                    raise TimeoutError(f"it ended with {self.process.returncode}: {self._last_line()}")
                if time.monotonic() > end:
                    raise TimeoutError(f"no READY=1 within {seconds:.0f} s")
                self._news.wait(0.2)
            return self._ready[times - 1] - self.started_at

    def _last_line(self) -> str:
        return (self.site.directory / "log").read_text().strip().rpartition("\n")[2][:200]

    def reload(self) -> None:
        """Has the configuration read again, and waits until it is in force."""
        times = len(self._ready) + 1
        self.process.send_signal(signal.SIGHUP)
        self.wait_ready(times)

    def wait_idle(self, seconds: float = 180) -> None:
        """Waits until half a second has passed with less than a millisecond of CPU."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before = self.cpu()
            time.sleep(0.5)
            if self.cpu() - before < 0.001:
                return
        raise TimeoutError(f"the daemon did not come to rest within {seconds:.0f} s")

    def cpu(self) -> float:
        """CPU seconds used so far, to the nanosecond, of all threads that ever were: clock_getcpuclockid(3)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

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
