#!/usr/bin/env python3
"""Makes one deliberate fault of the engine after another, and lets the simulator find it.

    Tests/mutants/run.py [NAME…]

Builds in .build-mutants, the engine and the simulator alone. Exits 1 if a mutant survives, or if its text is not there any
more.
"""

import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TREE = ROOT / ".build-mutants"
ENGINE = TREE / "Sources" / "RotationEngine"
MODULES = ["RotationEngine", "SecretMemory", "CSQLite", "StateStore", "RotationSimulation", "dx-simulate"]
# Every file for itself, so that only the mutant's is compiled anew; optimized, so that years take seconds.
BUILD = ["swift", "build", "--product", "dx-simulate", "-Xswiftc", "-O"]
# The same scenarios for every mutant; the first that breaks a rule ends it.
SEEDS = ["--seed", "1", "--seeds", "40", "--days", "150", "--credentials", "5", "--quick"]
# A mutant that never comes to an end is caught as well: seconds of the processor.
LIMIT = 120


def prepare():
    """Copies what is built, and leaves alone what is the same, so that it is not built again."""
    TREE.mkdir(exist_ok=True)
    update(HERE / "Package.swift", TREE / "Package.swift")
    for module in MODULES:
        wanted = {file.relative_to(ROOT) for file in (ROOT / "Sources" / module).rglob("*") if file.is_file()}
        for file in wanted:
            update(ROOT / file, TREE / file)
        for file in (TREE / "Sources" / module).rglob("*"):
            if file.is_file() and file.relative_to(TREE) not in wanted:
                file.unlink()


def update(source, copy):
    if copy.exists() and copy.read_bytes() == source.read_bytes():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)


def build():
    done = subprocess.run(BUILD, cwd=TREE, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout + done.stderr


def simulate():
    """Which rule was broken, and by which seed; None: none was."""
    command = [TREE / ".build" / "debug" / "dx-simulate", *SEEDS]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited)
    if done.returncode == 0:
        return None
    if done.returncode == -signal.SIGXCPU:
        return "it comes to its end"
    found = re.match(r"seed (\d+): ([^:]*)", done.stdout)
    return f"{found[2]} (seed {found[1]})" if found else f"it does not crash (status {done.returncode})"


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def replaced(mutant):
    """The files of the engine as the mutant has them; None: its text is not there, or not once."""
    files = {}
    for change in [mutant, *mutant.get("also", [])]:
        text = files.get(change["file"]) or (ENGINE / change["file"]).read_text()
        if text.count(change["text"]) != 1:
            return None
        files[change["file"]] = text.replace(change["text"], change["replacement"])
    return files


def judge(mutant):
    """How a mutant fared: whether it was caught, and how."""
    files = replaced(mutant)
    if files is None:
        return False, "ITS TEXT IS NOT THERE"
    originals = {name: (ENGINE / name).read_text() for name in files}
    try:
        for name, text in files.items():
            (ENGINE / name).write_text(text)
        if errors := build():
            return False, "DOES NOT BUILD\n" + errors
        rule = simulate()
        return rule is not None, rule or "SURVIVED"
    finally:
        for name, text in originals.items():
            (ENGINE / name).write_text(text)


def main():
    mutants = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
    if sys.argv[1:]:
        mutants = [mutant for mutant in mutants if mutant["name"] in sys.argv[1:]]
    prepare()
    if errors := build():
        sys.exit(errors)
    if rule := simulate():
        sys.exit(f"the engine itself breaks a rule: {rule}")
    caught = 0
    for mutant in mutants:
        start = time.monotonic()
        is_caught, how = judge(mutant)
        caught += is_caught
        spent = time.monotonic() - start
        print(f"{'caught' if is_caught else '------'}  {mutant['name']}: {mutant['why']}\n"
              f"        {how}, {spent:.0f} s", flush=True)
    print(f"{caught} of {len(mutants)} mutants caught")
    sys.exit(caught < len(mutants))


if __name__ == "__main__":
    main()
