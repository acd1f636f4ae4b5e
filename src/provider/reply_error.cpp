#include "provider/reply_error.hpp"

#include "provider/foreign_text.hpp"
#include "provider/reply_json.hpp"
#include "provider/reply_memory.hpp"
#include "provider/reply_value.hpp"
#include "provider/retry_after.hpp"
#include "provider/step_failure.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {
namespace {

namespace json = boost::json;

bool brings_token(const operation_rules& operation) noexcept {
    return operation.name == "exchange" || operation.name == "refresh";
}

/// A form has texts alone, so that its "0" is the number 0 too.
bool same(const reply_value& found, const json::value& wanted) {
    if (found.is_structured()) {
        return to_json(found, shared_reply_memory()) == wanted;
    }
    return found == reply_value(wanted) || (text_of(found) && text_of(found) == text_of(wanted));
}

bool holds(const body_condition& condition, const reply_value& value, const reply_body& body) {
    using test = body_condition::test;
    if (condition.what == test::text) {
        return body.text == condition.text;
    }
    if (!body.problem.empty()) {
        return false;
    }
    const auto found = condition.at.find_in(value);
    switch (condition.what) {
        case test::equals:
            return same(found, condition.value);
        case test::differs:
            return !same(found, condition.value);
        case test::present:
            return bool(found);
        case test::absent:
            return !found;
        default:
            return is_empty(found);
    }
}

/// What the profile's conditions say of a body.
struct recognition {
    bool refused = false;
    std::optional<errc> means;
};

recognition recognise(const error_rules& rules, const reply_value& value, const reply_body& body) {
    recognition made;
    for (const body_condition& each : rules.when) {
        if (holds(each, value, body)) {
            made.refused = true;
            made.means = made.means ? made.means : each.means;
        }
    }
    return made;
}

bool is_expected(const operation_rules& operation, unsigned status) {
    if (operation.success.empty()) {
        return status >= 200 && status <= 299;
    }
    return std::find(operation.success.begin(), operation.success.end(), status) != operation.success.end();
}

/// The `error` of RFC 6749, section 5.2; empty where there is none.
std::string_view standard_error(const reply_value& value) {
    static const field_pointer place{"/error"};
    const auto found = place.find_in(value);
    const auto* text = found.get_if<std::string_view>();
    return text ? *text : std::string_view();
}

/// Errors come as JSON even where the answer to a success is a form, a text or nothing.
bool is_json_unread(const reply_body& body) noexcept {
    return !body.root().is_structured() && body.text.starts_with('{');
}

json::value read_anyway(std::string_view text, std::size_t max_json_depth) {
    json::value read(shared_reply_memory());
    read_reply_json(text, max_json_depth, read);
    return read;
}

/// The `error` of a Bearer challenge (RFC 6750, section 3).
std::string_view challenge_error(const http_response& response) noexcept {
    auto challenge = response.header("WWW-Authenticate").value_or("");
    const auto at = challenge.find("error=");
    if (at == challenge.npos || (at != 0 && challenge[at - 1] != ' ' && challenge[at - 1] != ',')) {
        return {};
    }
    challenge.remove_prefix(at + std::string_view("error=").size());
    challenge.remove_prefix(challenge.starts_with('"') ? 1 : 0);
    return challenge.substr(0, challenge.find_first_of("\", "));
}

/// What a provider says of its refusal, in its own words.
struct words {
    std::vector<std::string> codes, texts;
    std::string plain;  ///< The whole body, where it is plain text.

    [[nodiscard]] bool empty() const noexcept { return codes.empty() && texts.empty(); }
};

std::vector<std::string> texts_at(const std::vector<field_pointer>& pointers, const reply_value& value) {
    std::vector<std::string> found;
    for (const auto& pointer : pointers) {
        if (auto text = text_of(pointer.find_in(value))) {
            found.push_back(std::move(*text));
        }
    }
    return found;
}

words words_of(const error_rules& rules, const reply_value& value, const reply_body& body) {
    words said;
    said.codes = texts_at(rules.code, value);
    said.texts = texts_at(rules.text, value);
    if (!value.is_structured() && !body.text.starts_with('<')) {
        said.plain = body.text;
    }
    return said;
}

std::optional<errc> mapped(const error_rules& rules, const words& said) {
    for (const auto* list : {&said.texts, &said.codes}) {
        for (const auto& word : *list) {
            if (const auto found = rules.map.find(word); found != rules.map.end()) {
                return found->second;
            }
        }
    }
    const auto found = said.plain.empty() ? rules.map.end() : rules.map.find(said.plain);
    return found != rules.map.end() ? std::optional(found->second) : std::nullopt;
}

/// What a status means by the standards; the words of the body decide whether it is an OAuth error at all.
errc meaning_of_status(unsigned status, bool has_words, bool asks_for_token) {
    switch (status) {
        case 401:
            return asks_for_token ? errc::invalid_client : errc::invalid_token;
        case 429:
            return errc::rate_limited;
        case 403:
            return !has_words ? errc::http_status
                              : (asks_for_token ? errc::unauthorized_client : errc::insufficient_scope);
        default:
            break;
    }
    if (status >= 200 && status <= 299) {
        return errc::provider_error;
    }
    if (!has_words) {
        return errc::http_status;
    }
    return status >= 500 ? errc::server_error : errc::invalid_request;
}

errc meaning_of(const operation_rules& operation, unsigned status, const words& said, std::string_view challenge,
                std::optional<errc> by_condition) {
    const auto& rules = operation.errors;
    if (const auto found = mapped(rules, said)) {
        return *found;
    }
    for (const auto& code : said.codes) {
        if (const auto found = oauth_errc(code)) {
            return *found;
        }
    }
    if (const auto found = oauth_errc(challenge)) {
        return *found;
    }
    if (by_condition) {
        return *by_condition;
    }
    if (const auto found = rules.statuses.find(status); found != rules.statuses.end()) {
        return found->second;
    }
    return rules.fallback ? *rules.fallback : meaning_of_status(status, !said.empty(), brings_token(operation));
}

std::string advice(const error_rules& rules, const words& said, errc code) {
    for (const auto* list : {&said.texts, &said.codes}) {
        for (const auto& word : *list) {
            if (const auto found = rules.advice.find(word); found != rules.advice.end()) {
                return found->second;
            }
        }
    }
    const auto found = rules.advice.find(said.plain);
    return found != rules.advice.end() ? found->second : std::string(advice_for(code));
}

/// The provider's name for the request, where it is one: it is shown as it is, so that its support finds it.
std::string request_id(const error_rules& rules, const reply_value& value) {
    constexpr std::size_t longest = 64;
    const auto id = rules.request_id.empty() ? std::nullopt : text_of(rules.request_id.find_in(value));
    const bool is_plain =
        id && id->size() <= longest && std::all_of(id->begin(), id->end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        });
    return is_plain ? *id : std::string{};
}

}  // namespace

failure reply_failure(const profile_data& what, const operation_rules& operation, const http_response& response,
                      errc code, std::string detail) {
    failure made = step_failure(what, operation.name, code, std::move(detail));
    made.http_status = response.status();
    made.retry_after = read_retry_after(response);
    made.request_sent = true;
    made.repeatable = operation.idempotent;
    return made;
}

std::optional<failure> find_refusal(const profile_data& what, const operation_rules& operation,
                                    const http_response& response, const reply_body& body, std::size_t max_json_depth,
                                    const request_values* sent) {
    const auto& rules = operation.errors;
    const bool is_unread = is_json_unread(body);
    const json::value unread = is_unread ? read_anyway(body.text, max_json_depth) : json::value{};
    const reply_value value = is_unread ? reply_value(unread) : body.root();
    const recognition known = recognise(rules, value, body);
    const bool refused = known.refused || !is_expected(operation, response.status()) ||
                         (brings_token(operation) && !standard_error(value).empty());
    if (!refused) {
        return std::nullopt;
    }
    if (response.status() >= 300 && response.status() <= 399) {
        return reply_failure(what, operation, response, errc::redirect_refused,
                             "credentials do not follow redirects; the profile has to name the final URL");
    }
    auto said = words_of(rules, value, body);
    const auto challenge = challenge_error(response);
    if (const auto error = standard_error(value); !error.empty()) {
        said.codes.emplace_back(error);
    }
    const errc code = meaning_of(operation, response.status(), said, challenge, known.means);
    failure made = reply_failure(what, operation, response, code, advice(rules, said, code));
    if (const auto id = request_id(rules, value); !id.empty()) {
        made.detail += (made.detail.empty() ? "" : "; ") + ("the provider calls this request " + id);
    }
    made.provider_code = foreign_text(said.codes.empty() ? std::string{challenge} : said.codes.front(), sent);
    made.provider_text = foreign_text(said.texts.empty() ? said.plain : said.texts.front(), sent);
    return made;
}

}  // namespace coauth::provider
