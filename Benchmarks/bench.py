"""What every measurement needs: a place for its files, stubs and daemons that end with it, and the form of its rows."""

import pathlib
import socket
import time
from typing import Callable, Iterator, NamedTuple

from daemon import Daemon
from premises import Site
from stub import SHARED, Stub


class Row(NamedTuple):
    """A line of the table."""

    what: str
    measured: str
    target: str = ""


class Measurement(NamedTuple):
    """What can be run alone: it yields its rows as it goes, and is broken off after `limit` seconds."""

    name: str
    limit: int
    rows: Callable[["Bench"], Iterator[Row]]


class Bench:
    """One run: the binary, and a directory for everything that it needs."""

    def __init__(self, binary: str, directory: pathlib.Path):
        self.binary = binary
        self.directory = directory
        self._adopted: dict[int, Site] = {}

    def stub(self, name: str, **options) -> Stub:
        return Stub(self.directory / f"nginx-{name}", free_port(), **options)

    def site(self, name: str, url: str, count: int, **options) -> Site:
        return Site(self.directory / f"site-{name}", url, count, **options)

    def daemon(self, site: Site, **options) -> Daemon:
        return Daemon(self.binary, site, **options)

    def adopted(self, count: int) -> Site:
        """A site with the state of an earlier run that has adopted everything; the same each time.

        All its credentials are on one connection: one list, whatever their number. Without its stub, DX is not there.
        """
        if count not in self._adopted:
            with self.stub(f"adopted-{count}", listed=count) as stub:
                site = self.site(f"adopted-{count}", stub.url, count, connection=SHARED,
                                 defaults={"settle": '"0s"'})
                with self.daemon(site) as daemon:
                    daemon.wait_ready()
                    settled(daemon, stub, 1)
            self._adopted[count] = site
        return self._adopted[count]

    def stub_of(self, site: Site) -> Stub:
        """The stub of an adopted site, once more."""
        return Stub(self.directory / f"nginx-adopted-{site.count}", site.port, listed=site.count)


def settled(daemon: Daemon, stub: Stub, lists: int) -> None:
    """Waits until every source was read and every list too."""
    wait_until(lambda: stub.count("lists") >= lists, "the lists")
    daemon.wait_idle()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def megabytes(kibibytes: float) -> str:
    return f"{kibibytes / 1024:.1f} MB"
