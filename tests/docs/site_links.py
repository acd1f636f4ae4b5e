"""Checks a built site: python3 tests/docs/site_links.py SITE

Every relative link, picture, script and style leads to a file of the site, and to an anchor of it where it names one;
nothing is fetched from another host. Left out: the anchors of Doxygen's pages among themselves, and 404.html, which a
server shows at any path.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"), ("object", "data")}
FOLLOWED = {("a", "href"), ("area", "href")}


class Page(HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.anchors = {""}
        self.links = []  # (line, whether the browser fetches it by itself, target)
        self.feed(file.read_text(encoding="utf-8", errors="replace"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag, name) == ("a", "name"):
                self.anchors.add(value)
            elif (tag, name) in FETCHED | FOLLOWED and value:
                self.links.append((self.getpos()[0], (tag, name) in FETCHED, value))


def problem(site, pages, file, fetched, target):
    """What is wrong with a link, or None."""
    where = urlsplit(target)
    if where.scheme in ("data", "javascript"):
        return None
    if where.scheme or where.netloc:
        return f"fetches {target} from elsewhere" if fetched else None
    if where.path.startswith("/"):
        return f"{target} stands at the root of whatever host"
    goal = (file.parent / unquote(where.path)).resolve() if where.path else file
    if goal.is_dir():
        goal /= "index.html"
    if not goal.is_relative_to(site) or not goal.is_file():
        return f"{target} leads nowhere"
    if goal in pages and unquote(where.fragment) not in pages[goal].anchors and not file.is_relative_to(site / "api"):
        return f"{target}: no such anchor"
    return None


def main(site):
    site = Path(site).resolve()
    pages = {file: Page(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}
    count = wrong = 0
    for file, page in pages.items():
        for line, fetched, target in page.links:
            count += 1
            if what := problem(site, pages, file, fetched, target):
                wrong += 1
                print(f"{file.relative_to(site)}:{line}: {what}", file=sys.stderr)
    print(f"{len(pages)} pages, {count} links, {wrong} wrong")
    return 1 if wrong or not count else 0


sys.exit(main(*sys.argv[1:]))
