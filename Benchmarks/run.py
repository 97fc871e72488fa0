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

import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def machine() -> str:
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return (f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} processors, "
            f"{memory:.0f} GB, {system}, Linux {platform.release()}")


def table(rows) -> str:
    lines = ["| what | measured | target |", "|---|---|---|"]
    return "\n".join(lines + [f"| {what.strip()} | {reached} | {target} |"
                              for what, reached, target in rows])


def write(rows, load: str) -> None:
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
    parser.add_argument("names", nargs="*", help="only these: "
                        + ", ".join(function.__name__ for function in measure.ALL))
    arguments = parser.parse_args()
    # An end from outside still ends what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    load = f"{os.getloadavg()[0]:.1f}"
    directory = pathlib.Path(tempfile.mkdtemp(prefix="dx-rotated-bench-"))
    directory.chmod(0o755)
    bench = measure.Bench(arguments.binary, directory)
    rows = []
    try:
        for function in measure.ALL:
            if arguments.names and function.__name__ not in arguments.names:
                continue
            for row in function(bench):
                rows.append(row)
                print(f"{row[0]:<62} {row[1]:>18}   {row[2] and 'target ' + row[2]}", flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if not arguments.keep and not arguments.names:
        write(rows, load)


if __name__ == "__main__":
    main()
