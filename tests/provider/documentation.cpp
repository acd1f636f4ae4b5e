#include "provider/profile_loader_tables.hpp"

#include <coauth/core/error.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace coauth;
namespace json = boost::json;

namespace {

std::string read_page() {
    std::ifstream file(COAUTH_SOURCE_DIR "/docs/profiles.md");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

struct block {
    std::string heading;  ///< What follows the fence.
    std::string text;
};

std::vector<block> json_blocks() {
    std::vector<block> blocks;
    std::istringstream page(read_page());
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```json")) {
            blocks.push_back({line.substr(3), {}});
            inside = true;
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

void lay_over(json::value& under, const json::value& over) {
    if (!under.is_object() || !over.is_object()) {
        under = over;
        return;
    }
    for (const auto& member : over.get_object()) {
        lay_over(under.get_object()[member.key()], member.value());
    }
}

template <class T>
void check_named(std::string_view page, const provider::format<T>& fields) {
    for (const auto& each : fields) {
        CHECK_MESSAGE(page.find("`" + std::string(each.key) + "` |") != page.npos, each.key);
    }
}

}  // namespace

TEST_CASE("every profile on the page can be loaded, and every piece be added to the one before") {
    json::value whole;
    std::size_t profiles = 0;
    for (const auto& [heading, text] : json_blocks()) {
        CAPTURE(text);
        if (heading == "json profile") {
            whole = json::parse(text);
            ++profiles;
        } else {
            lay_over(whole, json::parse(text));
        }
        CHECK_NOTHROW(static_cast<void>(provider::load(json::serialize(whole), "docs/profiles.md")));
    }
    CHECK(profiles == 2);
    CHECK(json_blocks().size() >= 10);
}

TEST_CASE("the page names every key") {
    const auto page = read_page();
    check_named(page, provider::format_of<provider::profile_draft>());
    check_named(page, provider::environment_format());
    check_named(page, provider::format_of<provider::scope_rules>());
    check_named(page, provider::format_of<provider::authorization_rules>());
    check_named(page, provider::state_format());
    check_named(page, provider::format_of<provider::callback_rules>());
    check_named(page, provider::callback_error_format());
    check_named(page, provider::format_of<provider::token_rules>());
    check_named(page, provider::format_of<provider::expiry_rule>());
    check_named(page, provider::refresh_format());
    check_named(page, provider::format_of<provider::error_rules>());
    check_named(page, provider::format_of<provider::identity_rules>());
    check_named(page, provider::format_of<provider::operation_rules>());
}

TEST_CASE("the page names every refusal") {
    const auto page = read_page();
    for (const auto& each : provider::words_of<errc>()) {
        CHECK_MESSAGE(page.find("`" + std::string(each.text) + "`") != page.npos, each.text);
    }
}
