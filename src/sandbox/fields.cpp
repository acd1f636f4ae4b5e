#include "fields.hpp"

#include <boost/json/parse.hpp>
#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>

namespace coauth::sandbox {
namespace {

namespace json = boost::json;
namespace urls = boost::urls;

malformed_request field_error(const std::string& name, std::string sentence, std::string rule) {
    malformed_request error{name + " " + sentence};
    error.field = name;
    error.rule = std::move(rule);
    return error;
}

void require_content_type(const request& received, std::string_view expected) {
    const std::string* type = received.header("Content-Type");
    std::string media_type = type ? type->substr(0, type->find(';')) : "";
    std::erase(media_type, ' ');
    if (urls::grammar::ci_is_equal(media_type, expected))
        return;
    throw malformed_request{"The body must be " + std::string{expected} + ", not " +
                                (media_type.empty() ? "of an unnamed type" : media_type) + ": set Content-Type",
                            415};
}

void add_once(fields& to, std::string name, std::string value) {
    if (!to.try_emplace(name, std::move(value)).second)
        throw field_error(name, "comes twice", "unique");
}

std::string decode(urls::pct_string_view text) {
    urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    return text.decode(plus_is_space);
}

}  // namespace

fields read_query(std::string_view query) {
    fields read;
    if (query.empty())
        return read;
    const auto parsed = urls::parse_query(query);
    if (!parsed)
        throw malformed_request{"The parameters are not application/x-www-form-urlencoded text"};
    for (const auto& parameter : *parsed)
        add_once(read, decode(parameter.key), parameter.has_value ? decode(parameter.value) : "");
    return read;
}

fields read_form(const request& received) {
    require_content_type(received, "application/x-www-form-urlencoded");
    return read_query(received.body);
}

fields read_json(const request& received) {
    require_content_type(received, "application/json");
    boost::system::error_code failed;
    const json::value parsed = json::parse(received.body, failed);
    if (failed || !parsed.is_object())
        throw malformed_request{"The body is not a JSON object"};
    fields read;
    for (const auto& member : parsed.get_object()) {
        if (!member.value().is_string())
            throw field_error(std::string{member.key()}, "must be a string", "string");
        add_once(read, std::string{member.key()}, std::string{member.value().get_string()});
    }
    return read;
}

const std::string& required(const fields& from, std::string_view name) {
    const auto found = from.find(name);
    if (found == from.end() || found->second.empty())
        throw field_error(std::string{name}, "is missing", "required");
    return found->second;
}

std::string_view optional(const fields& from, std::string_view name) {
    const auto found = from.find(name);
    return found == from.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace coauth::sandbox
