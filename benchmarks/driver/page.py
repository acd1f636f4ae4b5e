"""The results as a page that needs nothing else, and as the tables and plot of README and docs/performance.md.

    python3 benchmarks/driver/page.py RESULTS            writes RESULTS/index.html
    python3 benchmarks/driver/page.py RESULTS --docs     writes docs/logins.svg and prints the tables in Markdown
"""

import argparse
import html
import json
import pathlib
import shutil

import goals

NAMES = {"floor": "floor: the least that Asio and OpenSSL do", "coauth": "coauth", "libcurl": "libcurl multi, Boost.JSON",
         "rust": "Rust oauth2, reqwest, rustls", "go": "Go x/oauth2", "cpprest": "cpprestsdk", "node": "Node openid-client"}
PLOTS = ("cpu", "throughput", "latency", "memory")
COLUMNS = (("logins / s", "logins_per_second", ",.0f"), ("CPU us / login", "cpu_us", ",.1f"), ("x floor", "x_floor", ".2f"),
           ("p50 us", "p50_us", ",.0f"), ("p99 us", "p99_us", ",.0f"), ("p99.9 us", "p99_9_us", ",.0f"),
           ("peak KiB", "peak_kib", ",.0f"), ("connections", "connections", ",.0f"), ("resumed", "resumed", ".0%"))
STYLE = """body { font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child { text-align: left } .miss { color: #b00; font-weight: bold } svg { max-width: 100%; height: auto }"""


def table(head, lines):
    row = lambda cells, tag: "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>\n"
    return "<table>\n" + row(head, "th") + "".join(row(line, "td") for line in lines) + "</table>\n"


def page(results, plots):
    parts = [f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>coauth: benchmarks</title>\n<style>{STYLE}</style>\n",
             "<h1>Logins, measured</h1>\n",
             f"<p>{html.escape(results['machine'])}, {results['date']}. Medians of {results['rounds']} rounds of "
             f"{results['seconds']} seconds each. A login is the exchange of a code for a token and the question who it is, "
             "over TLS 1.3 to nginx on the same machine.</p>\n"]
    verdicts = [(html.escape(what), html.escape(goal), measured, "ok" if met else "<span class=miss>missed</span>")
                for what, goal, measured, met in goals.judged(results)]
    parts += plots
    parts.append("<h2>Goals</h2>\n" + table(("figure", "goal", "measured", ""), verdicts))
    for mode, what in (("warm", "connections kept"), ("cold", "a new connection for each login"),
                       ("resumed", "a new connection for each login, its session resumed")):
        for in_flight in sorted({row["in_flight"] for row in results["rows"] if row["mode"] == mode}):
            lines = [[NAMES[row["client"]], *(format(row[field], how) for _, field, how in COLUMNS)]
                     for row in results["rows"] if (row["mode"], row["in_flight"]) == (mode, in_flight)]
            parts.append(f"<h2>{in_flight:,} in flight, {what}</h2>\n"
                         + table(("", *(title for title, _, _ in COLUMNS)), lines))
    return "".join(parts)


def markdown(results):
    rows = {(row["client"], row["mode"], row["in_flight"]): row for row in results["rows"]}
    print("| client | CPU us / login | x floor | logins / s | p99 ms | peak MiB | cold, CPU us | resumed, CPU us |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in sorted({client for client, _, _ in rows}, key=lambda name: rows[name, "warm", 64]["cpu_us"]):
        warm = rows[name, "warm", 64]
        cold, resumed = (rows[name, mode, 64]["cpu_us"] for mode in ("cold", "resumed"))
        print(f"| {NAMES[name]} | {warm['cpu_us']:,.1f} | {warm['x_floor']:.2f} | {warm['logins_per_second']:,.0f} "
              f"| {warm['p99_us'] / 1000:.1f} | {warm['peak_kib'] / 1024:.0f} | {cold:,.0f} | {resumed:,.0f} |")
    print(f"\n{results['machine']}, {results['date']}; 64 logins in flight, medians of {results['rounds']} rounds.")
    print("\n| figure | goal | measured |\n|---|---|---|")
    for what, goal, measured, met in goals.judged(results):
        print(f"| {what} | {goal} | {measured}{'' if met else ': missed'} |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("results", type=pathlib.Path)
    options.add_argument("--docs", action="store_true")
    given = options.parse_args()
    results = json.loads((given.results / "results.json").read_text())
    if given.docs:
        docs = pathlib.Path(__file__).resolve().parents[2] / "docs"
        shutil.copy(given.results / "cpu.svg", docs / "logins.svg")
        markdown(results)
        return
    plots = [(given.results / f"{name}.svg").read_text() for name in PLOTS]
    (given.results / "index.html").write_text(page(results, plots))
    print(f"\n{given.results / 'index.html'}")


main()
