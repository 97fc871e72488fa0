#!/usr/bin/env python3
"""Measures the release binary from outside, prints a table, and writes it to docs/performance.md."""

import argparse
import os
import pathlib
import platform
import re
import shutil
import signal
import sys
import tempfile
import time
from typing import Iterator

import bursts
import resting
from bench import Bench, Measurement, Row

MEASUREMENTS = {measurement.name: measurement for measurement in resting.MEASUREMENTS + bursts.MEASUREMENTS}
ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def machine() -> str:
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return (f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} processors, "
            f"{memory:.0f} GB, {system}, Linux {platform.release()}")


def rows_of(measurement: Measurement, bench: Bench) -> Iterator[Row]:
    """Its rows as they come; what it did not come to is a row too."""
    def give_up(*_):
        raise TimeoutError(f"not within {measurement.limit} s")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(measurement.limit)
    try:
        yield from measurement.rows(bench)
    except Exception as trouble:
        yield Row(f"{measurement.name}: the rest", f"not reached: {trouble}")
    finally:
        signal.alarm(0)


def table(rows: list[Row]) -> str:
    lines = ["| what | measured | target |", "|---|---|---|"]
    return "\n".join(lines + [f"| {row.what.strip()} | {row.measured} | {row.target} |" for row in rows])


def write(rows: list[Row], load: str) -> None:
    page = ROOT / "docs" / "performance.md"
    text = page.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    date = time.strftime("%Y-%m-%d", time.gmtime())
    note = f"Measured by `make bench` on {date}: {machine()}; load average at the start {load}."
    page.write_text(f"{before}{BEGIN}\n{note}\n\n{table(rows)}\n{END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/dx-rotated"))
    parser.add_argument("--keep", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME",
                        help=f"only this, and leave docs/performance.md as it is; repeatable: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--directory", help="where the state is; a disk like that of /var/lib (default: $TMPDIR)")
    arguments = parser.parse_args()
    # An end from outside still ends what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    load = f"{os.getloadavg()[0]:.1f}"
    directory = pathlib.Path(tempfile.mkdtemp(prefix="dx-rotated-bench-", dir=arguments.directory))
    directory.chmod(0o755)
    bench = Bench(arguments.binary, directory)
    rows = []
    try:
        for name in arguments.only or MEASUREMENTS:
            began = time.monotonic()
            for row in rows_of(MEASUREMENTS[name], bench):
                rows.append(row)
                print(f"{row.what:<62} {row.measured:>18}   {row.target and 'target ' + row.target}", flush=True)
            print(f"  ({name}: {time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if not arguments.keep and not arguments.only:
        write(rows, load)


if __name__ == "__main__":
    main()
