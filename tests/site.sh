#!/bin/sh
# Builds the documentation and the reference of the headers into build/site, and fails on any warning: a public name without
# a comment, a link that leads nowhere, a page that the navigation lacks, a diagram that cannot be drawn.
set -eu
cd "$(dirname "$0")/.."

echo "== site"
sh examples/packages.sh doxygen mkdocs mkdocs-material chromium
command -v npm >/dev/null || sh examples/packages.sh npm

# The diagrams are drawn by the reader's browser, which fetches nothing from elsewhere. Material 8 speaks to this version.
mermaid=build/mermaid/mermaid-8.14.0.tgz
sha256=1ed70468420cb6e312fe0c3caaf1403ed3577444512613108c94846af338ee00
mkdir -p build/mermaid
[ -f "$mermaid" ] || (cd build/mermaid && npm pack --silent mermaid@8.14.0 >/dev/null)
echo "$sha256  $mermaid" | sha256sum --check --quiet

rm -rf build/reference build/pages build/site
mkdir -p build/reference build/pages/site
doxygen docs/site/Doxyfile
python3 docs/site/stage.py build/pages build/reference/api
cp -R build/reference/api build/pages/api
cp docs/site/site.css docs/site/diagrams.js build/pages/site/
tar -xzOf "$mermaid" package/dist/mermaid.min.js >build/pages/site/mermaid.min.js
mkdocs --quiet build --strict --config-file docs/site/mkdocs.yml
python3 tests/docs/site_links.py build/site
python3 tests/docs/site_diagrams.py build/site
