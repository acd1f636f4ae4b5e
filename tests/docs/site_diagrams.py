"""Draws every diagram of a built site: python3 tests/docs/site_diagrams.py SITE

Opens each page that has one in Chromium, without a network. Where the page's script has drawn a diagram, a <div> has
taken the place of its text.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000",
            "--host-resolver-rules=MAP * ~NOTFOUND"]


def diagrams(html):
    """How many are drawn, and the texts of those that are not."""
    return html.count('<div class="mermaid">'), re.findall(r'<pre class="mermaid">(.*?)</pre>', html, re.DOTALL)


def opened(page):
    """The page as it is once its scripts have run."""
    with tempfile.TemporaryDirectory() as profile:
        command = [*CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def main(site):
    wanted = drawn = 0
    for page in sorted(Path(site).resolve().rglob("*.html")):
        _, texts = diagrams(page.read_text(encoding="utf-8", errors="replace"))
        if not texts:
            continue
        done, left = diagrams(opened(page))
        wanted += len(texts)
        drawn += done
        if done != len(texts):
            print(f"{page}: {done} of {len(texts)} diagrams are drawn; not this one:", *left[:1], sep="\n", file=sys.stderr)
    print(f"{drawn} of {wanted} diagrams drawn")
    return 0 if drawn == wanted > 0 else 1


sys.exit(main(*sys.argv[1:]))
