#!/usr/bin/env python3
"""Checks that dx-rotated(8) has the commands and options that the program takes, and no others.

manual.py DX-ROTATED: the built binary.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "deploy" / "man" / "dx-rotated.8"
EVERYWHERE = {"--config-dir", "--state-dir", "--version", "--help"}


def commands(command, names=()):
    """Each command that does something, with its own options."""
    names = (*names, command["commandName"])
    inner = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
    if not inner:
        options = {
            f"--{name['name']}"
            for argument in command.get("arguments", [])
            for name in argument.get("names", [])
            if name["kind"] == "long"
        }
        yield " ".join(names), options - EVERYWHERE
    for sub in inner:
        yield from commands(sub, names)


def options(text):
    return set(re.findall(r"--[a-z][a-z-]+", text))


program = json.loads(
    subprocess.run([sys.argv[1], "--experimental-dump-help"], check=True, capture_output=True).stdout
)
taken = dict(commands(program["command"]))

# As a reader sees it, without roff's escapes.
page = re.sub(r"\\f.", "", PAGE.read_text(encoding="utf-8")).replace("\\-", "-")
synopsis = re.search(r"^\.SH SYNOPSIS$(.*?)^\.SH", page, re.M | re.S)[1]
written = {}
for line in re.findall(r"^dx-rotated [a-z].*$", synopsis, re.M):
    written[re.match(r"[a-z-]+(?: [a-z]+)*", line)[0]] = options(line)

problems = []
if written != taken:
    problems.append(f"its synopsis is {written}\nbut the program takes {taken}")
explained = options(page.replace(synopsis, ""))
everything = EVERYWHERE.union(*taken.values())
for option in sorted(everything - explained - {"--version", "--help"}):
    problems.append(f"{option} is not explained")
# `--since` is journalctl's.
for option in sorted(explained - everything - {"--since"}):
    problems.append(f"there is no {option}")
for problem in problems:
    print(f"{PAGE.name}: {problem}", file=sys.stderr)
sys.exit(1 if problems else 0)
