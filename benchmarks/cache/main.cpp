// The numbers of the token cache: a table of what is promised and what was measured.
#include "benchmarks/figures.hpp"
#include "sections.hpp"

#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

namespace {

using coauth::bench::scale;

constexpr std::pair<std::string_view, void (*)(const scale&)> sections[] = {
    {"memory", coauth::bench::memory}, {"hits", coauth::bench::hits},       {"scheduling", coauth::bench::scheduling},
    {"herd", coauth::bench::herd},     {"restart", coauth::bench::restart}, {"writing", coauth::bench::writing},
};

int usage() {
    std::puts(
        "usage: benchmark_cache [--quick] [memory|hits|scheduling|herd|restart|writing]...\n"
        "Without names: all. --quick: fewer tokens, seconds instead of minutes.");
    return 2;
}

}  // namespace

int main(int count, char** words) {
    scale how_much;
    bool named = false;
    for (int each = 1; each < count; ++each) {
        bool known = std::string_view{words[each]} == "--quick";
        how_much.quick = how_much.quick || known;
        for (const auto& [name, section] : sections) {
            named = named || name == words[each];
            known = known || name == words[each];
        }
        if (!known) {
            return usage();
        }
    }
    for (const auto& [name, section] : sections) {
        bool wanted = !named;
        for (int each = 1; each < count; ++each) {
            wanted = wanted || name == words[each];
        }
        if (wanted) {
            section(how_much);
        }
    }
    return coauth::bench::missed() ? 1 : 0;
}
