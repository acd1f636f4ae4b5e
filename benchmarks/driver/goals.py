"""The goals, and whether the figures meet them."""

from rounds import find

FASTER_THAN = {"rust": 1.25, "libcurl": 3, "go": 3, "node": 20, "cpprest": 7}


def judged(results):
    """(what, goal, measured, met) of every goal whose figure was measured."""
    rows = results["rows"]
    verdicts = []

    def at_most(what, goal, measured, unit=""):
        verdicts.append((what, f"<= {goal:g}{unit}", f"{measured:.4g}{unit}", measured <= goal))

    def at_least(what, goal, measured, unit=""):
        verdicts.append((what, f">= {goal:g}{unit}", f"{measured:.4g}{unit}", measured >= goal))

    def coauth(mode, in_flight):
        return find(rows, "coauth", mode, in_flight)

    for in_flight in (64, 512):
        at_most(f"CPU of a warm login, {in_flight} in flight, x floor", 1.25, coauth("warm", in_flight)["x_floor"])
        at_most("the same, the further goal", 1.15, coauth("warm", in_flight)["x_floor"])
    for name, times in FASTER_THAN.items():
        if peer := find(rows, name, "warm", 64):
            at_least(f"logins per CPU second, x {name}", times, peer["cpu_us"] / coauth("warm", 64)["cpu_us"])
    for mode in ("cold", "resumed"):
        at_most(f"CPU of a {mode} login, x floor", 1.10, coauth(mode, 64)["x_floor"])
    at_most("CPU of a resumed login, x cold", 0.5, coauth("resumed", 64)["cpu_us"] / coauth("cold", 64)["cpu_us"])
    resumed = coauth("resumed", 64)
    at_least("connections resumed, after the first ones", 95,
             100 * resumed["resumed"] * resumed["connections"] / (resumed["connections"] - 64), " %")
    for paced in results["fixed_rate"]:
        if paced["client"] == "coauth":
            at_most("p99 at 70 % of the saturating rate, x p50", 3, paced["p99_us"] / paced["p50_us"])
    at_most("idle pooled TLS connection", 48, results["idle"]["kib_each"], " KiB")
    at_most("the same, its buffers released", 16, results["idle_released"]["kib_each"], " KiB")
    at_least(results["threads"]["what"], 1.8, results["threads"]["times"])
    few, some, many = (results["memory"][count] for count in ("1024", "2048", "4096"))
    at_most("memory of a login in flight: 2,048 to 4,096, x 1,024 to 2,048", 1.25, (many - some) / 2048 / ((some - few) / 1024))
    if many := coauth("warm", 4096):
        at_least("logins per second, 4,096 in flight, x 64 in flight", 1,
                 many["logins_per_second"] / coauth("warm", 64)["logins_per_second"])
    return verdicts
