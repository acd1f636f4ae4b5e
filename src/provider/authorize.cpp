#include "provider/profile_data.hpp"
#include "provider/redirect_uri.hpp"
#include "provider/scopes.hpp"
#include "provider/secret_text.hpp"
#include "provider/step_failure.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/provider/authorization.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace coauth::provider {
namespace {

constexpr std::size_t verifier_bytes = 32;  // RFC 7636, section 7.1
constexpr std::size_t state_bytes = 32;
constexpr std::size_t nonce_bytes = 16;

failure invalid(const profile& what, std::string detail) {
    return step_failure(what.data(), "authorize", errc::invalid_argument, std::move(detail));
}

/// Puts one authorization request together, step by step.
class authorization_builder {
public:
    authorization_builder(const profile& what, const credentials& who, const authorize_options& options,
                          const random_source& random)
        : what_(what), rules_(what.data().authorization), who_(who), options_(options), random_(random) {
        const auto send = [this](const std::vector<named_template>& parameters) {
            std::transform(parameters.begin(), parameters.end(), std::back_inserter(sent_),
                           [](const named_template& each) { return &each; });
        };
        send(rules_.parameters);
        if (options.offline) {
            send(rules_.offline_parameters);
        }
    }

    result<authorization> build() {
        using step = std::optional<failure> (authorization_builder::*)();
        constexpr std::array<step, 6> steps{
            &authorization_builder::choose_scopes,       &authorization_builder::choose_state,
            &authorization_builder::choose_redirect_uri, &authorization_builder::draw_secrets,
            &authorization_builder::write_parameters,    &authorization_builder::write_extra};
        for (const step each : steps) {
            if (auto wrong = (this->*each)()) {
                return std::move(*wrong);
            }
        }
        if (!rules_.fragment.empty()) {
            url_ += "#" + rules_.fragment;
        }
        login_.url.assign(url_);  // no larger than it is: it may be kept as long as the login is under way
        return std::move(login_);
    }

private:
    std::optional<failure> choose_scopes();
    std::optional<failure> choose_state();
    std::optional<failure> choose_redirect_uri();
    std::optional<failure> draw_secrets();
    std::optional<failure> write_parameters();
    std::optional<failure> write_extra();

    std::optional<std::string_view> value_of(std::string_view name);
    bool is_used(bool authorization_rules::use::*value) const {
        return rules_.used.*value || (options_.offline && rules_.used_offline.*value);
    }
    bool is_sent(std::string_view name) const {
        return boost::urls::parse_uri(url_).value().params().contains(boost::urls::string_view{name});
    }
    void begin_parameter() { url_ += std::exchange(has_query_, true) ? '&' : '?'; }
    result<bool> append_value(const named_template& of, const placeholder_values& values);

    const profile& what_;
    const authorization_rules& rules_;
    const credentials& who_;
    const authorize_options& options_;
    const random_source& random_;
    boost::container::small_vector<const named_template*, 16> sent_;
    std::string scope_, challenge_;
    std::vector<std::string> filled_;  // the names of the caller's values that a placeholder took
    std::string url_;
    bool has_query_ = false;
    authorization login_;
    const std::array<std::pair<std::string_view, const std::string*>, 6> standard_{
        {{"client_id", &who_.client_id},
         {"redirect_uri", &login_.redirect_uri},
         {"scope", &scope_},
         {"state", &login_.state},
         {"nonce", &login_.nonce},
         {"code_challenge", &challenge_}}};
};

std::optional<failure> authorization_builder::choose_scopes() {
    const auto& rules = what_.data().scopes;
    if (options_.scopes.empty() && !options_.offline) {
        login_.scopes = rules.defaults;
        scope_ = rules.joined_defaults;
        return std::nullopt;
    }
    login_.scopes = options_.scopes.empty() ? rules.defaults : options_.scopes;
    for (const auto& each : options_.scopes) {
        const bool is_visible = std::all_of(each.begin(), each.end(), [](char c) { return c > ' ' && c <= '~'; });
        if (each.empty() || !is_visible || each.find(rules.separator) != each.npos) {
            return invalid(what_, "\"" + printable(each, 100) + "\" is not one scope; give scopes one by one");
        }
    }
    if (options_.offline) {
        for (const auto& each : rules.offline) {
            if (std::find(login_.scopes.begin(), login_.scopes.end(), each) == login_.scopes.end()) {
                login_.scopes.push_back(each);
            }
        }
    }
    scope_ = join_scopes(login_.scopes, rules);
    return std::nullopt;
}

std::optional<failure> authorization_builder::choose_state() {
    if (!options_.state) {
        const std::size_t bytes = rules_.state_max_length ? *rules_.state_max_length * 3 / 4 : state_bytes;
        login_.state = random_text(random_, std::min(bytes, state_bytes));
        return std::nullopt;
    }
    const auto& state = *options_.state;
    if (state.empty() || !std::all_of(state.begin(), state.end(), [](char c) { return c > ' ' && c <= '~'; })) {
        return invalid(what_, "a state is made of visible ASCII characters, and is not empty");
    }
    if (rules_.state_max_length && state.size() > *rules_.state_max_length) {
        return invalid(what_, "the state has " + std::to_string(state.size()) +
                                  " characters, and this provider takes " + std::to_string(*rules_.state_max_length) +
                                  " at most");
    }
    login_.state = state;
    return std::nullopt;
}

std::optional<failure> authorization_builder::choose_redirect_uri() {
    login_.redirect_uri = who_.redirect_uri;
    if (!is_used(&authorization_rules::use::redirect_uri)) {
        return std::nullopt;
    }
    if (const auto objection = objection_to_redirect_uri(who_.redirect_uri); !objection.empty()) {
        return invalid(what_, std::string(objection));
    }
    if (rules_.state_in_redirect_uri) {
        boost::urls::url with_state = boost::urls::parse_uri(who_.redirect_uri).value();
        // Form readers take a "+" that is not escaped for a space.
        with_state.encoded_params().append({percent_encode(what_.data().callback.state), percent_encode(login_.state)});
        login_.redirect_uri = with_state.buffer();
    }
    return std::nullopt;
}

std::string hex(const std::array<unsigned char, 32>& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string challenge_of(std::string_view verifier, pkce_method method) {
    if (method == pkce_method::plain) {
        return std::string(verifier);
    }
    const auto digest = sha256(verifier);
    return method == pkce_method::s256_hex ? hex(digest)
                                           : base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<failure> authorization_builder::draw_secrets() {
    if (rules_.pkce != pkce_method::off) {
        login_.code_verifier = secret(random_text(random_, verifier_bytes));
        challenge_ = challenge_of(login_.code_verifier.reveal(), rules_.pkce);
    }
    if (is_used(&authorization_rules::use::nonce)) {
        login_.nonce = random_text(random_, nonce_bytes);
    }
    return std::nullopt;
}

std::optional<std::string_view> authorization_builder::value_of(std::string_view name) {
    const auto known =
        std::find_if(standard_.begin(), standard_.end(), [&](const auto& each) { return each.first == name; });
    std::string_view value;
    if (known != standard_.end()) {
        value = *known->second;
    } else if (const auto* given = options_.extra.find(name)) {
        filled_.emplace_back(name);
        value = *given;
    }
    return value.empty() ? std::nullopt : std::optional(value);
}

std::optional<failure> authorization_builder::write_parameters() {
    const placeholder_values values = [this](std::string_view name) { return value_of(name); };
    const auto begun = rules_.url.append_to(url_, values, escape::percent);
    if (!begun) {
        return invalid(what_, begun.error().detail);
    }
    const bool is_fixed = url_ == rules_.url.source();  // as it was read with the profile
    if (!is_fixed && !boost::urls::parse_uri(url_)) {
        return invalid(what_, "the values of its authorization URL make no URL");
    }
    has_query_ = url_.find('?') != url_.npos;
    for (const named_template* each : sent_) {
        const std::size_t before = url_.size();
        const bool had_query = has_query_;
        begin_parameter();
        url_ += each->written_name;
        const auto has_value = append_value(*each, values);
        if (!has_value) {
            return invalid(what_, has_value.error().detail);
        }
        if (!*has_value) {
            url_.resize(before);
            has_query_ = had_query;
        }
    }
    return std::nullopt;
}

result<bool> authorization_builder::append_value(const named_template& of, const placeholder_values& values) {
    if (!of.has_scopes) {
        return of.value.append_to(url_, values, escape::percent, escape::percent);
    }
    const auto plain = of.value.expand(values, escape::none);
    if (!plain) {
        return plain.error();
    }
    if (*plain) {
        const scope_rules& rules = what_.data().scopes;
        url_ += **plain == rules.joined_defaults ? rules.written_defaults : encode_scopes(**plain, rules);
    }
    return plain->has_value();
}

/// What the caller cannot set as a parameter of its own: it has its own place in the options, or is the library's.
bool is_reserved(std::string_view name) {
    constexpr std::array<std::string_view, 9> reserved{"client_id",     "client_secret",  "redirect_uri",
                                                       "response_type", "state",          "scope",
                                                       "nonce",         "code_challenge", "code_challenge_method"};
    return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

std::optional<failure> authorization_builder::write_extra() {
    for (const auto& each : options_.extra) {
        if (std::find(filled_.begin(), filled_.end(), each.name) != filled_.end()) {
            continue;
        }
        if (each.name.empty() || is_reserved(each.name) || is_sent(each.name)) {
            return invalid(
                what_, "the parameter \"" + printable(each.name, 60) + "\" cannot be added: it is the profile's own");
        }
        begin_parameter();
        append_percent_encoded(url_, each.name);
        url_ += '=';
        append_percent_encoded(url_, each.value);
    }
    return std::nullopt;
}

}  // namespace

result<authorization> authorize(const profile& what, const credentials& who, const authorize_options& options,
                                const random_source& random) {
    return authorization_builder(what, who, options, random).build();
}

}  // namespace coauth::provider
