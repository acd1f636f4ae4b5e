"""Measures the contestants that were built: run.sh builds and calls this."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import tempfile

import goals
import rounds
from provider import Provider, WorkNotDone


def contestants(build, only):
    """Those that are there, in the order they run in; the floor and coauth always are."""
    all_of_them = {name: [str(build / f"benchmarks/peers/peer_{name}")] for name in ("floor", "coauth", "libcurl")}
    all_of_them |= {name: [str(build / f"peers/peer_{name}")] for name in ("rust", "go", "cpprest")}
    all_of_them["node"] = ["node", str(build / "peers/node/login.js")]
    there = {name: command for name, command in all_of_them.items() if pathlib.Path(command[-1]).exists()}
    if only:
        there = {name: command for name, command in there.items() if name in {"floor", "coauth", *only.split(",")}}
    for name in all_of_them.keys() - there.keys():
        print(f"without {name}")
    return there


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores of {model}, {platform.freedesktop_os_release()['PRETTY_NAME']}"


def two_threads(command, directory, port, cpus, seconds, count):
    """Two threads against one. Where the cores do not suffice for two servers beside two clients, the CPU time tells:
    what two threads could do if nothing else kept them waiting. Pairs differ by half among themselves, so there are many."""
    enough = len(cpus) >= 4
    provider = Provider(directory, port, ",".join(cpus[2:4]) if enough else None, workers=2)
    try:
        one = rounds.Runner(provider, cpus[0])
        two = rounds.Runner(provider, ",".join(cpus[:2]))
        pilot = one.run(command, "warm", 64, 1000, 1000)["logins_per_second"]
        logins = rounds.size(pilot, seconds, 64)
        pairs = [(one.run(command, "warm", 64, *logins), two.run(command, "warm", 64, *logins, threads=2))
                 for _ in range(count)]
    finally:
        provider.stop()
    if enough:
        return {"what": "two threads against one, logins per second",
                "times": statistics.median(b["logins_per_second"] / a["logins_per_second"] for a, b in pairs)}
    return {"what": "two threads against one, by CPU per login",
            "times": statistics.median(2 * a["cpu_us"] / b["cpu_us"] for a, b in pairs)}


def memory_in_flight(runner, command, counts):
    """Peak KiB by logins in flight. The first hundreds find room that the handshakes have left, so it begins above."""
    return {str(count): runner.run(command, "warm", count, 2 * count, 64)["peak_kib"] for count in counts}


def measure(given):
    seconds, count = (0.2, 1) if given.quick else (given.seconds, given.rounds)
    cpus = [str(each) for each in sorted(os.sched_getaffinity(0))]
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        there = contestants(given.build, given.only)
        provider = Provider(directory + "/provider", given.port, cpus[1] if len(cpus) > 1 else None)
        runner = rounds.Runner(provider, cpus[0])
        try:
            rows = rounds.medians(rounds.measure(runner, there, count, seconds, given.quick))
            paced = rounds.fixed_rate(runner, there, rows, count, max(seconds, 1))
            memory = memory_in_flight(runner, there["coauth"], (1024, 2048, 4096))
            idle = runner.idle(there["coauth"], 500)  # last: nobody counts its requests, and the log is written late
            released = runner.idle([*there["coauth"], "--release"], 500)
        finally:
            provider.stop()
        threads = two_threads(there["coauth"], directory + "/two", given.port + 10, cpus, seconds, 1 if given.quick else 15)
    return {"machine": machine(), "date": datetime.date.today().isoformat(), "rounds": count, "seconds": seconds,
            "load": os.getloadavg()[0], "rows": rows, "fixed_rate": paced, "idle": idle, "idle_released": released,
            "memory": memory, "threads": threads}


def show(results):
    print(f"{results['machine']}, {results['date']}, medians of {results['rounds']} rounds\n")
    print(f"{'':10}{'':9}{'in':>6}{'logins':>10}{'CPU us':>9}{'x':>7}{'p50':>10}{'p99':>10}{'p99.9':>10}"
          f"{'peak':>8}{'conn-':>8}{'re-':>8}")
    print(f"{'client':10}{'mode':9}{'flight':>6}{'/second':>10}{'/login':>9}{'floor':>7}{'us':>10}{'us':>10}{'us':>10}"
          f"{'MiB':>8}{'ections':>8}{'sumed':>8}")
    for row in sorted(results["rows"], key=lambda row: (row["mode"] != "warm", row["mode"], row["in_flight"])):
        print(f"{row['client']:10}{row['mode']:9}{row['in_flight']:6}{row['logins_per_second']:10.0f}{row['cpu_us']:9.1f}"
              f"{row['x_floor']:7.2f}{row['p50_us']:10.0f}{row['p99_us']:10.0f}{row['p99_9_us']:10.0f}"
              f"{row['peak_kib'] / 1024:8.1f}{row['connections']:8.0f}{100 * row['resumed']:7.0f}%")
    print("\nat 70 % of the saturating rate, latency from when a login was due")
    for row in results["fixed_rate"]:
        print(f"{row['client']:10}{row['rate']:10.0f} logins/second: p50 {row['p50_us']:.0f}, p99 {row['p99_us']:.0f}, "
              f"p99.9 {row['p99_9_us']:.0f} us")
    print()
    for what, goal, measured, met in goals.judged(results):
        print(f"{what:60}{goal:>12}{measured:>12}  {'ok' if met else 'MISS'}")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/benchmarks"))
    options.add_argument("--quick", action="store_true", help="one short round: to see that it works, not to judge a time")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=1.5, help="that each run is measured for")
    options.add_argument("--only", help="contestants beside the floor and coauth: libcurl,go,...")
    options.add_argument("--port", type=int, default=18460, help="the first of four that nginx listens at")
    options.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/benchmarks/results"))
    given = options.parse_args()
    try:
        results = measure(given)
    except WorkNotDone as why:
        raise SystemExit(f"a contestant did not do its work: {why}")
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    show(results)
    if given.quick:
        print("\nMeasured for an instant only: that it works is all that this says.")


main()
