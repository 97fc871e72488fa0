"""What the daemon and the commands cost while nothing is sent."""

import os
import subprocess
import time
from typing import Iterator

from bench import Bench, Measurement, Row, megabytes, milliseconds, settled
from stub import SHARED


def size(bench: Bench) -> Iterator[Row]:
    copy = bench.directory / "stripped"
    subprocess.run(["strip", "-o", copy, bench.binary], check=True)
    yield Row("binary, stripped", f"{copy.stat().st_size / 1e6:.1f} MB", "16 MB")


def idle(bench: Bench, seconds: int = 60) -> Iterator[Row]:
    """One connection, one list over TLS with the system's certificates, then nothing."""
    with bench.stub("idle", listed=100, tls=True) as stub:
        site = bench.site("idle", stub.url, 100, connection=SHARED,
                          api={"concurrency": 4, "requests_per_minute": 600, "ca_file": f'"{stub.store}"'})
        with bench.daemon(site) as daemon:
            daemon.wait_ready()
            settled(daemon, stub, 1)
            time.sleep(15)  # Idle connections are closed, and their memory given back.
            switches, cpu = daemon.context_switches(), daemon.cpu()
            time.sleep(seconds)
            memory = daemon.memory()
            per_minute = (daemon.context_switches() - switches) * 60 / seconds
            yield Row("idle, 100 credentials: anonymous memory", f"{memory['RssAnon'] / 1024:.2f} MB", "3 MB")
            yield Row("idle: proportional set size", megabytes(memory["Pss"]), "10 MB")
            yield Row("idle: context switches a minute", f"{per_minute:.0f}", "6")
            yield Row("idle: CPU in a minute", milliseconds((daemon.cpu() - cpu) * 60 / seconds), "10.0 ms")
            yield Row("idle: threads", str(daemon.threads()), "3")


def start(bench: Bench) -> Iterator[Row]:
    """From the start to READY=1, with the state of an earlier run; and what each credential weighs."""
    weights = []
    for count, target, runs in ((100, "30 ms", 5), (10_000, "300 ms", 5), (100_000, "3000 ms", 2)):
        site = bench.adopted(count)
        times = []
        for _ in range(runs):
            with bench.daemon(site) as daemon:
                times.append(daemon.wait_ready())
        with bench.stub_of(site) as stub, bench.daemon(site) as daemon:
            times.append(daemon.wait_ready())
            settled(daemon, stub, 1)
            time.sleep(12)  # As above.
            memory = daemon.memory()
        weights.append((count, memory["RssAnon"]))
        yield Row(f"start to READY=1, {count:,} credentials", milliseconds(min(times)), target)
        yield Row(f"  anonymous memory then (highest: {memory['VmHWM'] / 1024:.0f} MB resident)",
                  megabytes(memory["RssAnon"]), "110 MB" if count >= 100_000 else "")
    (few, least), (many, most) = weights[0], weights[-1]
    yield Row("memory of one more credential", f"{(most - least) * 1024 / (many - few):.0f} bytes", "1024 bytes")


def commands(bench: Bench) -> Iterator[Row]:
    """Without a daemon: they read the state, and `plan` and `check` the sources too."""
    for count, target in ((100, "30 ms"), (10_000, "500 ms")):
        site = bench.adopted(count)
        for command in ("status", "plan", "check"):
            times = []
            for _ in range(5):
                begin = time.monotonic()
                subprocess.run([bench.binary, command, *site.options], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
                times.append(time.monotonic() - begin)
            yield Row(f"{command}, {count:,} credentials", milliseconds(min(times)), target)


def growth(bench: Bench, events: int = 500) -> Iterator[Row]:
    """The CPU of one event with few credentials and with many: a touched file is noticed, read, compared, left alone."""
    costs = []
    for count in (100, 100_000):
        site = bench.adopted(count)
        with bench.stub_of(site) as stub, bench.daemon(site) as daemon:
            daemon.wait_ready()
            settled(daemon, stub, 1)
            rounds = []
            for _ in range(3):
                before = daemon.cpu()
                for turn in range(events):
                    os.utime(site.source(1 + turn % 100))
                    time.sleep(0.003)
                daemon.wait_idle()
                rounds.append((daemon.cpu() - before) / events)
        costs.append(min(rounds))
        yield Row(f"CPU of one event with {count:,} credentials", f"{costs[-1] * 1e6:.0f} µs")
    yield Row("  the second to the first", f"{costs[1] / costs[0]:.2f} ×", "1.5 ×")


MEASUREMENTS = [Measurement("size", 10, size), Measurement("idle", 120, idle), Measurement("start", 180, start),
                Measurement("commands", 60, commands), Measurement("growth", 120, growth)]
