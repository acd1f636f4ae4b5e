#include "provider/profile_loader_tables.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace coauth::provider;
namespace json = boost::json;

namespace {

json::value read_schema() {
    std::ifstream file(COAUTH_SOURCE_DIR "/docs/profile.schema.json");
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
}

const json::value& schema() {
    static const json::value whole = read_schema();
    return whole;
}

json::object definition(const std::string& name) {
    return name.empty() ? schema().as_object() : schema().at("$defs").at(name).as_object();
}

/// The schema's object has just the keys that the loader reads, and requires the same; each is described.
template <class T>
void check_keys(const std::string& name, const format<T>& fields) {
    CAPTURE(name);
    const auto object = definition(name);
    const auto& properties = object.at("properties").as_object();
    const auto* required = object.if_contains("required");
    CHECK(object.at("additionalProperties") == json::value(false));
    CHECK(properties.size() == fields.size());
    std::size_t count = 0;
    for (const auto& each : fields) {
        CAPTURE(each.key);
        REQUIRE(properties.contains(each.key));
        const auto& described = properties.at(each.key).as_object();
        CHECK((described.contains("description") || described.contains("$ref")));
        count += each.required ? 1 : 0;
        if (each.required) {
            REQUIRE(required);
            const auto& all = required->as_array();
            CHECK(std::find(all.begin(), all.end(), json::value(each.key)) != all.end());
        }
    }
    CHECK((required ? required->as_array().size() : 0) == count);
}

/// The schema knows just the words that the loader reads.
template <class E>
void check_words(const json::value& words) {
    json::array known;
    for (const auto& each : words_of<E>()) {
        known.emplace_back(each.text);
    }
    CHECK(words == json::value(known));
}

const json::value& words_at(const std::string& name, std::string_view key) {
    return schema().at("$defs").at(name).at("properties").at(key).at("enum");
}

}  // namespace

TEST_CASE("the published schema has the keys that the loader reads") {
    check_keys("", format_of<profile_draft>());
    check_keys("environment", environment_format());
    check_keys("scopes", format_of<scope_rules>());
    check_keys("authorization", format_of<authorization_rules>());
    check_keys("state", state_format());
    check_keys("callback", format_of<callback_rules>());
    check_keys("callback_error", callback_error_format());
    check_keys("callback_token", callback_token_format());
    check_keys("callback_expiry", callback_expiry_format());
    check_keys("token", format_of<token_rules>());
    check_keys("expiry", format_of<expiry_rule>());
    check_keys("refresh", refresh_format());
    check_keys("errors", format_of<error_rules>());
    check_keys("condition", format_of<body_condition>());
    check_keys("identity", format_of<identity_rules>());
    check_keys("operation", format_of<operation_rules>());
}

TEST_CASE("the published schema has the words that the loader reads") {
    check_words<coauth::errc>(schema().at("$defs").at("refusal").at("enum"));
    check_words<escape>(words_at("scopes", "encoding"));
    check_words<pkce_method>(words_at("authorization", "pkce"));
    check_words<state_carrier>(words_at("state", "in"));
    check_words<callback_carrier>(words_at("callback", "carrier"));
    check_words<binding>(words_at("callback", "binding"));
    check_words<rotation>(words_at("refresh", "rotation"));
    check_words<expiry_kind>(words_at("expiry", "as"));
    check_words<expiry_kind>(words_at("callback_expiry", "as"));
    check_words<zero_expiry>(words_at("token", "zero"));
    check_words<zero_expiry>(words_at("callback_token", "zero"));
    check_words<reply_format>(words_at("operation", "format"));
}
