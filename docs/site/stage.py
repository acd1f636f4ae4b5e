"""Stages the pages of the site: python3 docs/site/stage.py PAGES REFERENCE

Copies the Markdown of the tree into the folder PAGES, at the same paths, and turns relative links to files that are no
pages into links to pages: a public header's is the one that Doxygen made in the folder REFERENCE, a drawing goes along,
any other file becomes a page that shows its text. A link that leads nowhere in the tree is an error; so is one whose
text stands in quotation marks and not in the file that it leads to, ["the name of a test"](../tests/part/file.cpp), and
a page that the navigation lacks.
"""

import os
import re
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{page.name}" for page in sorted(TREE.glob("docs/*.md")))]
FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
QUOTE = re.compile(r'\["([^"]+)"\]\(([^)#\s]+)\)')
LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".sh": "sh", ".json": "json", ".js": "js", ".css": "css", ".py": "py"}


def header_page(target, reference):
    """Where Doxygen shows a public header, or None."""
    page = Path(target).name.replace("_", "__").replace(".", "_8") + "_source.html"
    return f"api/{page}" if target.startswith("include/") and (reference / page).is_file() else None


class Stage:
    def __init__(self, pages, reference):
        self.pages = pages
        self.reference = reference
        self.wrong = []

    def page_of(self, target):
        """Where the site shows the file of the tree that is called so."""
        if target in PAGES:
            return target
        if header := header_page(target, self.reference):
            return header
        if Path(target).suffix == ".svg":
            self.write(target, (TREE / target).read_text())
            return target
        self.write(target + ".md", self.shown(target))
        return target + ".md"

    def shown(self, target):
        path = TREE / target
        return f"# {target}\n\n````{LANGUAGES.get(path.suffix, '')}\n{path.read_text()}````\n"

    def relinked(self, page, line, number):
        here = os.path.dirname(page)

        def link(found):
            path = found[2]
            if "://" in path or path.startswith("mailto:"):
                return found[0]
            target = os.path.normpath(os.path.join(here, path))
            if not (TREE / target).is_file():
                self.wrong.append(f"{page}:{number}: a link to {path}, which is no file of the tree")
                return found[0]
            return found[1] + os.path.relpath(self.page_of(target), here or ".") + found[3]

        for text, path in QUOTE.findall(line):
            target = TREE / os.path.normpath(os.path.join(here, path))
            if target.is_file() and f'"{text}"' not in target.read_text():
                self.wrong.append(f'{page}:{number}: "{text}" does not stand in {path}')
        spans = re.split(r"(`+[^`]*`+)", line)
        return "".join(span if span.startswith("`") else LINK.sub(link, span) for span in spans)

    def copy(self, page):
        lines, fence = [], None
        for number, line in enumerate((TREE / page).read_text().splitlines(keepends=True), 1):
            mark = FENCE.match(line)
            if mark and (fence is None or mark[1].startswith(fence)):
                fence = mark[1] if fence is None else None
            lines.append(line if fence or mark else self.relinked(page, line, number))
        self.write(page, "".join(lines))

    def write(self, page, text):
        file = self.pages / page
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def main(pages, reference):
    stage = Stage(Path(pages), Path(reference))
    navigation = (TREE / "docs/site/mkdocs.yml").read_text().split("nav:")[1]
    for page in PAGES:
        stage.copy(page)
        if f" {page}\n" not in navigation:
            stage.wrong.append(f"docs/site/mkdocs.yml: the navigation lacks {page}")
    for what in stage.wrong:
        print(what, file=sys.stderr)
    return 1 if stage.wrong else 0


sys.exit(main(*sys.argv[1:]))
