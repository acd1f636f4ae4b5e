"""Runs the contestants in turn, several rounds of all of them, and takes the medians."""

import json
import statistics
import subprocess
import sys

CONCURRENCY = (1, 64, 512, 4096)
PILOT = 200
PATIENCE = 300


class Progress:
    """One line that changes, on a terminal; nothing elsewhere but the beginning of each round."""

    def __init__(self, steps):
        self.steps, self.step = steps, 0

    def tell(self, text):
        self.step += 1
        if sys.stderr.isatty():
            print(f"\r\033[K[{self.step}/{self.steps}] {text}", end="", file=sys.stderr, flush=True)

    def round(self, text):
        end = "\n" if not sys.stderr.isatty() else ""
        print(f"\r\033[K{text}" if not end else text, end=end, file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Runner:
    def __init__(self, provider, cpus):
        self.provider, self.cpus = provider, cpus

    def run(self, command, mode, in_flight, logins, warm_up, **further):
        """One run of a contestant, its work checked by the provider's own count."""
        full = [*command, "--mode", mode, "--port", str(self.provider.port), "--ca", self.provider.authority,
                "--in-flight", str(in_flight), "--logins", str(logins), "--warm-up", str(warm_up)]
        for name, value in further.items():
            full += ["--" + name, str(value)]
        self.provider.begin()
        try:
            done = subprocess.run(["taskset", "-c", self.cpus, *full], stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"not done within {PATIENCE} s: {' '.join(full)}")
        if done.returncode != 0:
            raise SystemExit(f"failed with {done.returncode}: {' '.join(full)}")
        figures = json.loads(done.stdout)
        figures["connections"], figures["resumed"] = self.provider.check(mode, logins + warm_up)
        figures["logins_per_second"] = figures["logins"] / figures["seconds"]
        figures["cpu_us"] = figures["cpu_seconds"] / figures["logins"] * 1e6
        return figures

    def idle(self, command, connections):
        full = [*command, "--port", str(self.provider.port), "--ca", self.provider.authority, "--idle", str(connections)]
        return json.loads(subprocess.run(["taskset", "-c", self.cpus, *full], stdout=subprocess.PIPE, check=True).stdout)


def scenarios(quick):
    """(mode, logins in flight)"""
    if quick:
        return [("warm", 1), ("warm", 64), ("warm", 512), ("cold", 64), ("resumed", 64)]
    return [("warm", each) for each in CONCURRENCY] + [(mode, each) for mode in ("cold", "resumed") for each in (1, 64, 512)]


def size(rate, seconds, in_flight):
    """Logins to measure, and those before them: twice as many as are in flight, so that they are."""
    logins = max(int(rate * seconds), 2 * in_flight, 100)
    return logins, max(min(logins // 4, 2000), 64)


def measure(runner, contestants, rounds, seconds, quick):
    """All runs, by (contestant, mode, logins in flight)."""
    todo = scenarios(quick)
    progress = Progress((rounds + 1) * len(todo) * len(contestants))
    rates, runs = {}, {}
    progress.round("pilot")
    for mode, in_flight in todo:
        for name, command in contestants.items():
            progress.tell(f"pilot: {mode}, {in_flight} in flight, {name}")
            pilot = (rates[name, "warm", 64] if in_flight > 64 and mode == "warm" else
                     runner.run(command, mode, min(in_flight, 64), PILOT, 64)["logins_per_second"])
            rates[name, mode, in_flight] = pilot
    for number in range(1, rounds + 1):
        progress.round(f"round {number} of {rounds}")
        for mode, in_flight in todo:
            for name, command in contestants.items():
                progress.tell(f"round {number} of {rounds}: {mode}, {in_flight} in flight, {name}")
                key = name, mode, in_flight
                figures = runner.run(command, mode, in_flight, *size(rates[key], seconds, in_flight))
                rates[key] = figures["logins_per_second"]
                runs.setdefault(key, []).append(figures)
    progress.end()
    return runs


def medians(runs):
    """A row for each contestant and scenario; `floor` is the median of the ratios within the rounds."""
    rows = []
    for (name, mode, in_flight), several in runs.items():
        row = {"client": name, "mode": mode, "in_flight": in_flight, "rounds": len(several)}
        for figure in ("logins_per_second", "cpu_us", "p50_us", "p99_us", "p99_9_us", "peak_kib", "connections", "resumed"):
            row[figure] = statistics.median(each[figure] for each in several)
        lowest = runs[("floor", mode, in_flight)]
        row["x_floor"] = statistics.median(one["cpu_us"] / other["cpu_us"] for one, other in zip(several, lowest))
        rows.append(row)
    return rows


def fixed_rate(runner, contestants, rows, rounds, seconds):
    """Logins begun at 70 % of the rate that saturates, answered or not; latency counts from when each was due."""
    paced = []
    for name in ("floor", "coauth"):
        saturating = find(rows, name, "warm", 64)["logins_per_second"]
        several = [runner.run(contestants[name], "warm", 64, *size(0.7 * saturating, seconds, 64),
                              rate=f"{0.7 * saturating:.1f}") for _ in range(rounds)]
        paced.append({"client": name, "rate": 0.7 * saturating,
                      **{figure: statistics.median(each[figure] for each in several)
                         for figure in ("p50_us", "p99_us", "p99_9_us", "cpu_us")}})
    return paced


def find(rows, client, mode, in_flight):
    return next((row for row in rows
                 if (row["client"], row["mode"], row["in_flight"]) == (client, mode, in_flight)), None)
