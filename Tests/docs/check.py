#!/usr/bin/env python3
"""Checks that the documentation is true where a program can tell.

Links lead somewhere, the table of modules is as Package.swift says, and events, states, reasons and exit statuses are the
ones of the code, each in its table and no others.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
problems = []


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def same(what, documented, actual):
    for name in sorted(map(str, actual - documented)):
        problems.append(f"{what}: {name} is missing")
    for name in sorted(map(str, documented - actual)):
        problems.append(f"{what}: there is no {name}")


def section(path, heading):
    """What stands below a heading, up to the next one."""
    match = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", text(path), re.M | re.S)
    if not match:
        problems.append(f"{path}: there is no heading {heading!r}")
    return match[1] if match else ""


def rows(path, heading):
    """The cells of a table's rows."""
    lines = re.findall(r"^\|(.*)\|$", section(path, heading), re.M)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def code(cell):
    return set(re.findall(r"`([^`]+)`", cell))


def first_column(path, heading):
    return set().union(*(code(row[0]) for row in rows(path, heading)))


def cases(path, enumeration):
    """The raw values of a Swift enumeration of texts."""
    body = re.search(rf"enum {enumeration}\b.*?\n( *)}}\n", text(path), re.S)[0]
    return {
        raw or name
        for name, raw in re.findall(r'^ +case (\w+)(?:(?:: CredentialState)? = "([^"]+)")?$', body, re.M)
    }


def anchors(path):
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if re.match(r"\w+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                problems.append(f"{page.relative_to(ROOT)}: {link} leads nowhere")
            elif anchor and anchor not in anchors(target):
                problems.append(f"{page.relative_to(ROOT)}: {link}: there is no such heading")


def check_modules():
    described = {}
    for row in rows("docs/architecture.md", "Modules"):
        for module in code(row[0]):
            described[module] = code(row[2])
    package = json.loads(
        subprocess.run(
            ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True
        ).stdout
    )
    for target in package["targets"]:
        if target["type"] == "test":
            continue
        imports = {d["byName"][0] for d in target["dependencies"] if "byName" in d}
        same(f"docs/architecture.md, imports of {target['name']}", described.get(target["name"], set()), imports)
    targets = {target["name"] for target in package["targets"] if target["type"] != "test"}
    same("docs/architecture.md, Modules", set(described), targets)


def check_words():
    engine = "Sources/RotationEngine/"
    operations = "docs/operations.md"
    same("Events", first_column(operations, "Events"), cases(engine + "Announcing/JournalEvent.swift", "JournalEvent"))
    same("States", first_column(operations, "States"), cases(engine + "Record/CredentialView.swift", "CredentialState"))
    same("Why a secret was sent", first_column(operations, "Why a secret was sent"),
         cases(engine + "Record/Attempt.swift", "Reason"))
    # A source that cannot be read is an error of `status`, and no send that failed.
    kinds = cases(engine + "Record/CredentialRecord.swift", "FailureKind") - {"source"}
    same("Why a send failed", first_column(operations, "Why a send failed"), kinds)
    contract = section("docs/contract.md", "5. What the journal says")
    for event in cases(engine + "Announcing/JournalEvent.swift", "JournalEvent") - code(contract):
        problems.append(f"docs/contract.md: {event} is missing")


def check_exit_statuses():
    actual = set(re.findall(r"case \w+ = (\d+)", text("Sources/RotationDaemon/Service/ExitStatus.swift")))
    for path, heading in (("README.md", "Commands"), ("docs/contract.md", "1. The program")):
        documented = {row[0] for row in rows(path, heading) if row[0].isdigit()}
        same(f"{path}, exit statuses", documented, actual)


check_links()
check_modules()
check_words()
check_exit_statuses()
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
