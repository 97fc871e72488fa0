"""What is measured, one function a line or two of the table; each returns rows (what, reached, target)."""

import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import time

from daemon import Daemon, Site
from stub import REFUSE, SHARED, Stub, wait_until


class Bench:
    """One run: the binary, and a directory for everything that it needs."""

    def __init__(self, binary: str, directory: pathlib.Path):
        self.binary = binary
        self.directory = directory

    def stub(self, name: str, **options) -> Stub:
        return Stub(self.directory / f"nginx-{name}", free_port(), **options)

    def site(self, name: str, url: str, count: int, **options) -> Site:
        return Site(self.directory / f"site-{name}", url, count, **options)

    def daemon(self, site: Site, **options) -> Daemon:
        return Daemon(self.binary, site, **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settled(daemon: Daemon, stub: Stub, lists: int) -> None:
    """Every source is adopted and every list was read."""
    wait_until(lambda: stub.count("lists") >= lists, 300, "the lists")
    daemon.wait_idle()


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def size(bench: Bench):
    copy = bench.directory / "stripped"
    subprocess.run(["strip", "-o", copy, bench.binary], check=True)
    return [("binary, stripped", f"{copy.stat().st_size / 1e6:.1f} MB", "16 MB")]


def idle(bench: Bench, seconds: int = 60):
    stub = bench.stub("idle", listed=100)
    site = bench.site("idle", stub.url, 100, connection=SHARED,
                      api={"concurrency": 4, "requests_per_minute": 600})
    daemon = bench.daemon(site)
    try:
        daemon.wait_ready()
        settled(daemon, stub, 1)
        time.sleep(30)  # Idle connections are closed, and their memory given back.
        switches, cpu = daemon.context_switches(), daemon.cpu()
        time.sleep(seconds)
        memory = daemon.memory()
        per_minute = (daemon.context_switches() - switches) * 60 / seconds
        return [
            ("idle, 100 credentials: anonymous memory", f"{memory['RssAnon'] / 1024:.2f} MB", "3 MB"),
            ("idle: proportional set size", f"{memory['Pss'] / 1024:.1f} MB", "10 MB"),
            ("idle: context switches a minute", f"{per_minute:.0f}", "6"),
            ("idle: CPU in a minute", milliseconds((daemon.cpu() - cpu) * 60 / seconds), "0 ms"),
            ("idle: threads", str(daemon.threads()), "3"),
        ]
    finally:
        daemon.stop()
        stub.close()


def start(bench: Bench, sizes=((100, "30 ms"), (10_000, "300 ms"), (100_000, "3000 ms"))):
    """From the start to READY=1, with the state of an earlier run; and what each credential weighs."""
    rows, weights = [], []
    for count, target in sizes:
        stub = bench.stub(f"start-{count}", listed=count)
        # All on one connection: one list, whatever their number.
        site = bench.site(f"start-{count}", stub.url, count, connection=SHARED)
        daemon = bench.daemon(site)
        daemon.wait_ready(300)
        daemon.wait_idle(600)
        daemon.stop()
        times = []
        for _ in range(5 if count < 100_000 else 2):
            daemon = bench.daemon(site)
            times.append(daemon.wait_ready(300))
            if len(times) > 1 or count < 100_000:
                daemon.stop() if len(times) < (5 if count < 100_000 else 2) else None
            else:
                daemon.stop()
        daemon.wait_idle(600)
        time.sleep(15)
        memory = daemon.memory()
        weights.append((count, memory["RssAnon"]))
        daemon.stop()
        stub.close()
        rows.append((f"start to READY=1, {count:,} credentials", milliseconds(min(times)), target))
        rows.append((f"  anonymous memory then (highest: {memory['VmHWM'] / 1024:.0f} MB resident)",
                     f"{memory['RssAnon'] / 1024:.1f} MB", "110 MB" if count >= 100_000 else ""))
    (few, least), (many, most) = weights[0], weights[-1]
    rows.append(("memory of one more credential", f"{(most - least) * 1024 / (many - few):.0f} bytes",
                 "1024 bytes"))
    return rows


def commands(bench: Bench, sizes=((100, "30 ms"), (10_000, "500 ms"))):
    rows = []
    for count, target in sizes:
        site = bench.directory / f"site-start-{count}"
        options = ["--config-dir", f"{site}/config", "--state-dir", f"{site}/state"]
        for command in ("status", "plan", "check"):
            times = []
            for _ in range(5):
                begin = time.monotonic()
                subprocess.run([bench.binary, command, *options], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
                times.append(time.monotonic() - begin)
            rows.append((f"{command}, {count:,} credentials", milliseconds(min(times)), target))
    return rows


def throughput(bench: Bench, count: int = 10_000, loop: int = 300):
    """Every window opens in the same moment; beside it curl(1) sends the same to the same stub."""
    stub = bench.stub("throughput")
    site = bench.site("throughput", stub.url, count, opens_in=20 + count / 250)
    daemon = bench.daemon(site)
    try:
        daemon.wait_ready()
        settled(daemon, stub, count)
        assert time.time() < site.opens, "the windows opened before everything was adopted"
        cpu = daemon.cpu()
        wait_until(lambda: stub.count() >= count, 120, "every credential to be sent")
        daemon.wait_idle()
        ours_cpu = daemon.cpu() - cpu
        arrivals = sorted(at for at, _ in stub.arrivals())
        ours = count / (arrivals[-1] - arrivals[0])
        history = json.loads(subprocess.run(
            [bench.binary, "history", "--limit", str(count), "--json", *site.options],
            capture_output=True, check=True).stdout)
        assert sum(entry["outcome"] == "accepted" for entry in history) == count
    finally:
        daemon.stop()
    theirs = max(curl_parallel(bench, stub, count) for _ in range(3))
    shell_cpu = shell_loop(bench, stub, loop) * count / loop
    stub.close()
    return [
        (f"rotating {count:,} credentials, 16 in flight, durable", f"{ours:,.0f} a second", ""),
        ("one curl --parallel --parallel-immediate, the same bodies", f"{theirs:,.0f} a second", ""),
        ("  ours to curl's", f"{ours / theirs:.2f} ×", "1.0 ×"),
        ("  our CPU to that of a shell loop of curl", f"{ours_cpu / shell_cpu:.3f} ×", "0.1 ×"),
        ("  our CPU a credential", f"{ours_cpu / count * 1e6:.0f} µs", ""),
    ]


def body(number: int) -> str:
    return f'{{"id":{number},"secrets":{{"api_token":"first-value-{number:09}"}}}}'


def curl_parallel(bench: Bench, stub: Stub, count: int) -> float:
    blocks = []
    for number in range(1, count + 1):
        quoted = body(number).replace('"', '\\"')
        blocks.append(
            f'url = "{stub.url}/api/connections/{number}/credentials.update"\n'
            f'data = "{quoted}"\nheader = "Content-Type: application/json"\n'
            'header = "Authorization: Bearer benchmark-key-benchmark-key"\n'
            'output = "/dev/null"\nsilent\n')
    configuration = bench.directory / "curl.conf"
    configuration.write_text("next\n".join(blocks))
    stub.forget()
    subprocess.run(["curl", "--parallel", "--parallel-immediate", "--parallel-max", "16",
                    "--silent", "--config", configuration], check=True, stdout=subprocess.DEVNULL)
    arrivals = sorted(at for at, _ in stub.arrivals())
    return len(arrivals) / (arrivals[-1] - arrivals[0])


def shell_loop(bench: Bench, stub: Stub, count: int) -> float:
    """CPU seconds of a loop that runs curl once a credential."""
    script = (
        f'for i in $(seq 1 {count}); do curl --silent --output /dev/null --header '
        f'"Content-Type: application/json" --data "{{\\"id\\":$i}}" '
        f'{stub.url}/api/connections/$i/credentials.update; done')
    before = os.times()
    subprocess.run(["sh", "-c", script], check=True)
    after = os.times()
    return (after.children_user - before.children_user
            + after.children_system - before.children_system)


def deadlines(bench: Bench, count: int = 1000):
    """A thousand windows open within one second; how late is each request?"""
    stub = bench.stub("deadlines")
    site = bench.site("deadlines", stub.url, count, opens_in=15, spread=1)
    daemon = bench.daemon(site)
    try:
        daemon.wait_ready()
        settled(daemon, stub, count)
        wait_until(lambda: stub.count() >= count, 60, "every credential to be sent")
        late = [max(0.0, at - site.due[number]) for at, number in stub.arrivals()]
    finally:
        daemon.stop()
        stub.close()
    return [("deadline to request, median", milliseconds(statistics.median(late)), "5 ms"),
            ("deadline to request, p99", milliseconds(percentile(late, 0.99)), "25 ms")]


def changes(bench: Bench, count: int = 200):
    stub = bench.stub("changes")
    site = bench.site("changes", stub.url, count)
    daemon = bench.daemon(site)
    try:
        daemon.wait_ready()
        settled(daemon, stub, count)
        changed = {}
        for number in random.sample(range(1, count + 1), count):
            changed[number] = site.change(number, f"second-value-{number:09}")
            time.sleep(0.02)
        wait_until(lambda: stub.count() >= count, 60, "every change to be sent")
        late = [at - changed[number] - 0.5 for at, number in stub.arrivals()]
    finally:
        daemon.stop()
        stub.close()
    return [("changed source to request, beyond the settle time, median",
             milliseconds(statistics.median(late)), "10 ms"),
            ("changed source to request, beyond the settle time, p99",
             milliseconds(percentile(late, 0.99)), "50 ms")]


def refusals(bench: Bench, count: int = 10_000, tick: float = 0.05):
    """Everything is refused in the same moment; the watchdog's heartbeats tell how long the loop was busy."""
    stub = bench.stub("refusals", update=REFUSE)
    site = bench.site("refusals", stub.url, count, opens_in=20 + count / 250)
    daemon = bench.daemon(site, watchdog=2 * tick)
    try:
        daemon.wait_ready()
        wait_until(lambda: stub.count("lists") >= count, 300, "the lists")
        time.sleep(max(0.0, site.opens - time.time() - 1))
        before = daemon.memory()["RssAnon"]
        first = len(daemon.heartbeats)
        wait_until(lambda: stub.count() >= count, 120, "every credential to be refused")
        beats = daemon.heartbeats[first:]
        late = [max(0.0, later - earlier - tick) for earlier, later in zip(beats, beats[1:])]
        time.sleep(20)
        after = daemon.memory()["RssAnon"]
    finally:
        daemon.stop()
        stub.close()
    return [(f"{count:,} refused at once: lag of the loop, p99", milliseconds(percentile(late, 0.99)),
             "50 ms"),
            ("  and the worst", milliseconds(max(late)), ""),
            ("  anonymous memory before and after", f"{before / 1024:.1f} and {after / 1024:.1f} MB",
             "the same")]


def growth(bench: Bench, sizes=(100, 100_000), events: int = 400):
    """The CPU of one event (a source that changes and is rotated), with few credentials and with many."""
    costs = []
    for count in sizes:
        stub = bench.stub(f"growth-{count}", listed=count)
        site = bench.site(f"growth-{count}", stub.url, count, connection=SHARED,
                          defaults={"settle": '"0s"'})
        daemon = bench.daemon(site)
        try:
            daemon.wait_ready(300)
            daemon.wait_idle(600)
            numbers = [1 + index % 100 for index in range(events)]
            before = daemon.cpu()
            for turn, number in enumerate(numbers):
                # A touch without a change: watched, read, compared, left alone.
                os.utime(site.source(number))
                time.sleep(0.005)
            daemon.wait_idle()
            costs.append((daemon.cpu() - before) / events)
        finally:
            daemon.stop()
            stub.close()
    return [(f"CPU of one event with {sizes[0]:,} credentials", f"{costs[0] * 1e6:.0f} µs", ""),
            (f"CPU of one event with {sizes[1]:,} credentials", f"{costs[1] * 1e6:.0f} µs", ""),
            ("  the second to the first", f"{costs[1] / max(costs[0], 1e-9):.2f} ×", "1.5 ×")]


ALL = [size, idle, start, commands, throughput, deadlines, changes, refusals, growth]
