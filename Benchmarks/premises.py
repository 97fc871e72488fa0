"""What a daemon under measurement finds: a configuration with its sources and its state."""

import base64
import datetime
import json
import pathlib
import shutil
import time
import urllib.parse

ROTATE_BEFORE = 14 * 86400  # The default of rotate_before.
FAR = 286 * 86400
PER_FILE = 5_000  # A drop-in may have 16 MiB.


class Site:
    """A configuration with its sources and its state, in a directory of its own; no window is open."""

    def __init__(self, directory: pathlib.Path, url: str, count: int, connection: int | None = None,
                 api=None, defaults=None):
        """Each credential has a connection of its own with the same id, or all are on `connection`."""
        shutil.rmtree(directory, ignore_errors=True)
        self.directory = directory
        self.url = url
        self.count = count
        self._connection = connection
        self._api = {"concurrency": 16, "requests_per_minute": 1_000_000, "poll_interval": '"30d"'} | (api or {})
        self._defaults = defaults or {}
        self.due: dict[int, float] = {}
        (directory / "config").mkdir(parents=True)
        (directory / "secrets").mkdir()
        (directory / "state").mkdir()
        (directory / "token").write_text("benchmark-key-benchmark-key\n")
        for number in range(1, count + 1):
            self.source(number).write_text(f"first-value-{number:09}\n")
        self.open_windows(FAR)

    @property
    def port(self) -> int:
        return urllib.parse.urlsplit(self.url).port

    @property
    def options(self) -> list[str]:
        return ["--config-dir", f"{self.directory}/config", "--state-dir", f"{self.directory}/state"]

    def source(self, number: int) -> pathlib.Path:
        return self.directory / "secrets" / f"{number:06}"

    def open_windows(self, seconds: float, spread: float = 0) -> None:
        """Writes a configuration whose dates are its own; windows open in so many seconds, over `spread` seconds."""
        opens = time.time() + seconds
        self.due = {number: opens + spread * number / self.count for number in range(1, self.count + 1)}
        self._configure({number: timestamp(due + ROTATE_BEFORE) for number, due in self.due.items()}, self._defaults)

    def renew(self, expires: float) -> None:
        """Puts a JSON web token that expires then into each source."""
        for number in range(1, self.count + 1):
            self.change(number, token(number, expires))

    def watch_tokens(self, rotate_before: str) -> None:
        """Writes a configuration whose dates are those of the tokens; a new one waits for the window."""
        date = '{ jwt = "api_token" }'
        self._configure(dict.fromkeys(range(1, self.count + 1), date),
                        self._defaults | {"on_change": '"wait"', "rotate_before": f'"{rotate_before}"'})

    def _configure(self, dates: dict[int, str], defaults: dict[str, str]) -> None:
        lines = ["[api]", f'url = "{self.url}"', f'token = {{ file = "{self.directory}/token" }}']
        lines += [f"{key} = {value}" for key, value in self._api.items()]
        lines += ["[defaults]"] + [f"{key} = {value}" for key, value in defaults.items()]
        self._drop_in("10-api", lines)
        numbers = list(dates)
        for first in range(0, len(numbers), PER_FILE):
            lines = []
            for number in numbers[first:first + PER_FILE]:
                lines.append(f"[credential.c{number:06}]")
                lines.append(f"connection_id = {self._connection or number}\nid = {number}")
                lines.append(f"expires_at = {dates[number]}")
                lines.append(f'secrets.api_token = {{ file = "{self.source(number)}" }}')
            self._drop_in(f"20-{first:06}", lines)

    def _drop_in(self, name: str, lines: list[str]) -> None:
        (self.directory / "config" / f"{name}.toml").write_text("\n".join(lines) + "\n")

    def change(self, number: int, value: str) -> float:
        """Replaces a source by a rename; returns when."""
        new = self.directory / f"new-{number}"
        new.write_text(value)
        at = time.time()
        new.rename(self.source(number))
        return at


def token(number: int, expires: float) -> str:
    """A JSON web token of the usual kind."""
    def part(text: bytes) -> str:
        return base64.urlsafe_b64encode(text).decode().rstrip("=")
    claims = json.dumps({"sub": f"connector-{number}", "exp": int(expires)}).encode()
    return ".".join([part(b'{"alg":"HS256","typ":"JWT"}'), part(claims), part(f"{number:032}".encode())])


def timestamp(seconds: float) -> str:
    date = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")
