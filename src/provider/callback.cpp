#include "provider/callback_text.hpp"
#include "provider/foreign_text.hpp"
#include "provider/profile_data.hpp"
#include "provider/received_callback.hpp"
#include "provider/step_failure.hpp"
#include "provider/token_fields.hpp"

#include <coauth/core/secret.hpp>
#include <coauth/provider/callback.hpp>

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace coauth::provider {
namespace {

/// Reads one callback. The checks are made in the order in which they stand in `read`.
class callback_reader {
public:
    callback_reader(const profile& what, const authorization& login, clock::wall_time received_at,
                    const form_fields& fields)
        : what_(what), rules_(what.data().callback), login_(login), received_at_(received_at), fields_(fields) {}

    result<grant> read() const {
        using check = std::optional<failure> (callback_reader::*)() const;
        constexpr std::array<check, 5> checks{&callback_reader::check_parameters, &callback_reader::check_state,
                                              &callback_reader::check_issuer, &callback_reader::check_error,
                                              &callback_reader::check_code};
        for (const check each : checks) {
            if (auto wrong = (this->*each)()) {
                return std::move(*wrong);
            }
        }
        return make_grant();
    }

private:
    std::optional<failure> check_parameters() const;
    std::optional<failure> check_state() const;
    std::optional<failure> check_issuer() const;
    std::optional<failure> check_error() const;
    std::optional<failure> check_code() const;
    result<grant> make_grant() const;

    failure refuse(errc code, std::string detail) const {
        return step_failure(what_.data(), "callback", code, std::move(detail));
    }
    std::string_view value_of(std::string_view name) const;
    std::string_view first_of(const std::vector<std::string>& names) const;
    std::string_view token_text() const { return rules_.token ? value_of(rules_.token->access_token.text()) : ""; }
    bool is_own(std::string_view name) const;
    parameters further() const;

    const profile& what_;
    const callback_rules& rules_;
    const authorization& login_;
    clock::wall_time received_at_;
    const form_fields& fields_;
};

/// The value of a parameter; an empty one counts as absent.
std::string_view callback_reader::value_of(std::string_view name) const {
    const auto found =
        std::find_if(fields_.all.begin(), fields_.all.end(), [&](const parameter& each) { return each.name == name; });
    return found == fields_.all.end() ? std::string_view{} : found->value;
}

std::string_view callback_reader::first_of(const std::vector<std::string>& names) const {
    for (const auto& name : names) {
        if (const auto value = value_of(name); !value.empty()) {
            return value;
        }
    }
    return {};
}

std::optional<failure> callback_reader::check_parameters() const {
    if (!fields_.problem.empty()) {
        return refuse(errc::callback_malformed, std::string(fields_.problem) + "; pass on what came back as it is");
    }
    if (fields_.all.empty()) {
        return refuse(errc::callback_malformed, "it holds no parameters; pass on the whole address that came back");
    }
    if (const auto* name = fields_.duplicate()) {
        return refuse(errc::callback_duplicate_parameter,
                      "\"" + printable(*name, 60) + "\" stands there twice; begin the login again");
    }
    return std::nullopt;
}

std::optional<failure> callback_reader::check_state() const {
    const auto state = value_of(rules_.state);
    if (!state.empty()) {
        return !login_.state.empty() && equal_in_constant_time(state, login_.state)
                   ? std::nullopt
                   : std::optional(refuse(errc::callback_state_mismatch,
                                          "it belongs to another login, or is forged; begin the login again"));
    }
    // A refusal redeems nothing, and some providers send it without the state (Hike documents it so).
    const bool is_refusal = !first_of(rules_.error_code).empty();
    if (rules_.binding == binding::cookie || is_refusal) {
        return std::nullopt;
    }
    return refuse(errc::callback_state_missing, "\"" + rules_.state + "\" is not there; begin the login again");
}

std::optional<failure> callback_reader::check_issuer() const {
    const auto issuer = value_of("iss");
    const bool is_right = issuer.empty() ? !rules_.issuer_required : issuer == rules_.issuer;
    if (rules_.issuer.empty() || is_right) {
        return std::nullopt;
    }
    return refuse(errc::callback_issuer_mismatch, "\"iss\" is not " + rules_.issuer + "; begin the login again");
}

std::optional<failure> callback_reader::check_error() const {
    const auto word = first_of(rules_.error_code);
    if (word.empty()) {
        return std::nullopt;
    }
    if (!first_of(rules_.code).empty() || !token_text().empty()) {
        return refuse(errc::callback_contradictory, "it has both an error and a code or token");
    }
    const auto text = first_of(rules_.error_text);
    errc code = oauth_errc(word).value_or(errc::provider_error);
    for (const auto each : {text, word}) {
        if (const auto mapped = rules_.error_map.find(each); mapped != rules_.error_map.end()) {
            code = mapped->second;
        }
    }
    failure made = refuse(code, std::string(advice_for(code)));
    made.provider_code = foreign_text(word);
    made.provider_text = foreign_text(text);
    return made;
}

std::optional<failure> callback_reader::check_code() const {
    const auto code = first_of(rules_.code);
    const auto token = token_text();
    if (!code.empty() && !token.empty()) {
        return refuse(errc::callback_contradictory, "it has both a code and a token");
    }
    if (code.empty() && token.empty()) {
        return refuse(errc::callback_code_missing, "pass on the whole URL that came back, or begin the login again");
    }
    if (!std::all_of(code.begin(), code.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
        return refuse(errc::callback_malformed, "its code holds a character that no code has");
    }
    return std::nullopt;
}

/// Whether the parameter is one that has been read, rather than a further one to be kept.
bool callback_reader::is_own(std::string_view name) const {
    const auto holds = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return name == rules_.state || holds(rules_.code) || holds(rules_.error_code) || holds(rules_.error_text) ||
           (!rules_.issuer.empty() && name == "iss") ||
           (rules_.token && (name == rules_.token->access_token.text() || name == rules_.token->refresh_token.text()));
}

parameters callback_reader::further() const {
    parameters kept;
    for (const auto& each : fields_.all) {
        if (!is_own(each.name)) {
            kept.add(each.name, each.value);
        }
    }
    return kept;
}

result<grant> callback_reader::make_grant() const {
    grant made(secret{std::string(first_of(rules_.code))});
    made.code_verifier = login_.code_verifier;
    made.redirect_uri = login_.redirect_uri;
    made.state = login_.state;
    made.scopes = login_.scopes;
    made.extra = further();
    if (token_text().empty()) {
        return made;
    }
    boost::json::object reply;
    reply.emplace(rules_.token->access_token.text(), token_text());
    if (!rules_.token->refresh_token.empty()) {
        reply.emplace(rules_.token->refresh_token.text(), value_of(rules_.token->refresh_token.text()));
    }
    for (const auto& each : made.extra) {
        reply.emplace(each.name, each.value);
    }
    auto issued = read_token_fields(*rules_.token, what_.data().scopes.separator, reply, {.at = received_at_}, nullptr);
    if (!issued) {
        return refuse(errc::callback_malformed, issued.error().detail);
    }
    made.issued = std::move(*issued);
    return made;
}

}  // namespace

received_callback::received_callback(const profile& what, std::string_view callback)
    : what_(what), fields_(parse_form(parameters_of_callback(callback, what.data().callback.carrier))) {
    if (callback.find('=') == callback.npos) {
        fields_.all.clear();  // a path or a word, which reads as a field without a value
    }
}

received_callback::~received_callback() {
    for (auto& each : fields_.all) {
        wipe(each.value);  // a code or a token, perhaps
    }
}

std::string_view received_callback::state() const noexcept {
    if (!fields_.problem.empty()) {
        return {};
    }
    const std::string& name = what_.data().callback.state;
    const auto last = std::find_if(fields_.all.rbegin(), fields_.all.rend(),
                                   [&](const parameter& each) { return each.name == name; });
    return last == fields_.all.rend() ? std::string_view{} : last->value;
}

result<grant> received_callback::read(const profile& what, const authorization& login,
                                      clock::wall_time received_at) const {
    return callback_reader(what, login, received_at, fields_).read();
}

result<grant> read_callback(const profile& what, const authorization& login, std::string_view callback,
                            clock::wall_time received_at) {
    return received_callback(what, callback).read(what, login, received_at);
}

std::string callback_state(const profile& what, std::string_view callback) {
    return std::string(received_callback(what, callback).state());
}

}  // namespace coauth::provider
