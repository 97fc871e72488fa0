"""What the daemon does when it counts: requests as fast as they go, and as soon as they may."""

import json
import os
import random
import statistics
import subprocess
import time
from typing import Iterator

from bench import Bench, Measurement, Row, megabytes, milliseconds, percentile, settled, wait_until
from daemon import Daemon
from premises import Site
from stub import REFUSE, Stub

DAY = 86400
SETTLE = 0.5  # The default of settle, in seconds.


def throughput(bench: Bench, count: int = 10_000, loop: int = 300) -> Iterator[Row]:
    """All have a new token, and their windows open in the same moment; beside it curl(1) sends the same to the same stub."""
    with bench.stub("throughput") as stub:
        site = bench.site("throughput", stub.url, count)
        site.renew(time.time() + 14.5 * DAY)
        site.watch_tokens(rotate_before="14d")
        with bench.daemon(site) as daemon:
            daemon.wait_ready()
            settled(daemon, stub, count)
            site.renew(time.time() + 300 * DAY)
            daemon.wait_idle()
            site.watch_tokens(rotate_before="15d")
            daemon.reload()
            cpu = daemon.cpu()
            wait_until(lambda: stub.count() >= count, "every credential to be sent")
            daemon.wait_idle()
            ours_cpu = daemon.cpu() - cpu
            ours = rate(stub)
            history = json.loads(subprocess.run(
                [bench.binary, "history", "--limit", str(count), "--json", *site.options],
                capture_output=True, check=True).stdout)
            assert sum(entry["outcome"] == "accepted" for entry in history) == count, "not all were accepted"
        yield Row(f"rotating {count:,} credentials, 16 in flight, durable", f"{ours:,.0f} a second")
        yield Row("  our CPU a credential", f"{ours_cpu / count * 1e6:.0f} µs")
        runs = [curl_parallel(bench, site, stub) for _ in range(3)]
        theirs = max(speed for speed, _ in runs)
        yield Row("one curl --parallel --parallel-immediate, the same bodies", f"{theirs:,.0f} a second")
        yield Row("  its CPU a credential", f"{min(cpu for _, cpu in runs) / count * 1e6:.0f} µs")
        yield Row("  ours to curl's", f"{ours / theirs:.2f} ×", "1.0 ×")
        shell_cpu = shell_loop(stub, loop) * count / loop
        yield Row("  our CPU to that of a shell loop of curl", f"{ours_cpu / shell_cpu:.3f} ×", "0.1 ×")


def deadlines(bench: Bench, count: int = 1000) -> Iterator[Row]:
    """A thousand windows open within one second; how late is each request?"""
    with bench.stub("deadlines") as stub:
        site = bench.site("deadlines", stub.url, count)
        with bench.daemon(site) as daemon:
            open_windows(daemon, stub, spread=1)
            wait_until(lambda: stub.count() >= count, "every credential to be sent")
        late = [max(0.0, at - site.due[number]) for at, number in stub.arrivals()]
    yield Row("deadline to request, median", milliseconds(statistics.median(late)), "5 ms")
    yield Row("deadline to request, p99", milliseconds(percentile(late, 0.99)), "25 ms")


def changes(bench: Bench, count: int = 200) -> Iterator[Row]:
    """Files are replaced, one every 20 ms."""
    with bench.stub("changes") as stub:
        site = bench.site("changes", stub.url, count)
        with bench.daemon(site) as daemon:
            daemon.wait_ready()
            settled(daemon, stub, count)
            changed = {}
            for number in random.sample(range(1, count + 1), count):
                changed[number] = site.change(number, f"second-value-{number:09}")
                time.sleep(0.02)
            wait_until(lambda: stub.count() >= count, "every change to be sent")
        late = [at - changed[number] - SETTLE for at, number in stub.arrivals()]
    what = "changed source to request, beyond the settle time"
    yield Row(f"{what}, median", milliseconds(statistics.median(late)), "10 ms")
    yield Row(f"{what}, p99", milliseconds(percentile(late, 0.99)), "50 ms")


def refusals(bench: Bench, count: int = 10_000, tick: float = 0.05) -> Iterator[Row]:
    """Everything is refused in the same moment; the watchdog's heartbeats tell how long the loop was busy."""
    with bench.stub("refusals", update=REFUSE) as stub:
        site = bench.site("refusals", stub.url, count)
        with bench.daemon(site, watchdog=2 * tick) as daemon:
            # Its heartbeats keep it from ever being idle.
            open_windows(daemon, stub, settle=lambda: time.sleep(15))
            before = daemon.memory()["RssAnon"]
            first = len(daemon.heartbeats)
            wait_until(lambda: stub.count() >= count, "every credential to be refused")
            beats = daemon.heartbeats[first:]
            late = [max(0.0, later - earlier - tick) for earlier, later in zip(beats, beats[1:])]
            time.sleep(15)
            after = daemon.memory()["RssAnon"]
    yield Row(f"{count:,} refused at once: lag of the loop, p99", milliseconds(percentile(late, 0.99)), "50 ms")
    yield Row("  and the worst", milliseconds(max(late)))
    yield Row("  anonymous memory before and after", f"{megabytes(before)} and {megabytes(after)}", "the same")


def open_windows(daemon: Daemon, stub: Stub, spread: float = 0, settle=None) -> None:
    """Has everything adopted and listed, then lets the windows open and returns right before."""
    site = daemon.site
    daemon.wait_ready()
    wait_until(lambda: stub.count("lists") >= site.count, "the lists")
    settle = settle or daemon.wait_idle
    settle()
    site.open_windows(8 + site.count / 500, spread)
    daemon.reload()
    settle()
    wait = min(site.due.values()) - time.time()
    assert wait > 0, "the windows opened before the reload was over"
    time.sleep(max(0.0, wait - 0.2))


def rate(stub: Stub) -> float:
    """Requests a second, from the first to the last."""
    arrivals = sorted(at for at, _ in stub.arrivals())
    return len(arrivals) / (arrivals[-1] - arrivals[0])


def curl_parallel(bench: Bench, site: Site, stub: Stub) -> tuple[float, float]:
    """Requests a second of one process, and its CPU in seconds."""
    blocks = []
    for number in range(1, site.count + 1):
        secret = site.source(number).read_text()
        blocks.append(
            f'url = "{stub.url}/api/connections/{number}/credentials.update"\n'
            f'data = "{{\\"id\\":{number},\\"secrets\\":{{\\"api_token\\":\\"first-value-{number:09}\\"}}}}"\n'
            'header = "Content-Type: application/json"\n'
            'header = "Authorization: Bearer benchmark-key-benchmark-key"\n'
            'output = "/dev/null"\nsilent\n')
    configuration = bench.directory / "curl.conf"
    configuration.write_text("next\n".join(blocks))
    stub.forget()
    cpu = run(["curl", "--parallel", "--parallel-immediate", "--parallel-max", "16", "--silent",
               "--config", configuration])
    assert stub.count() == site.count, "curl did not send them all"
    return rate(stub), cpu


def shell_loop(stub: Stub, count: int) -> float:
    """CPU seconds of a loop that runs curl once a credential."""
    script = (
        f'for i in $(seq 1 {count}); do curl --silent --output /dev/null --header '
        f'"Content-Type: application/json" --data "{{\\"id\\":$i}}" '
        f'{stub.url}/api/connections/$i/credentials.update; done')
    return run(["sh", "-c", script])


def run(command: list) -> float:
    """CPU seconds of a command and its children."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user - before.children_user
            + after.children_system - before.children_system)


MEASUREMENTS = [Measurement("throughput", 180, throughput), Measurement("deadlines", 60, deadlines),
                Measurement("changes", 60, changes), Measurement("refusals", 150, refusals)]
