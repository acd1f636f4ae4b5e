#include <coauth/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace coauth {
namespace {

struct entry {
    errc code;
    failure_class its_class;
    std::string_view name;
    std::string_view text;
};

using enum failure_class;

// In the order of the enumeration, which starts at 1 and has no gaps.
constexpr std::array entries{
    entry{errc::invalid_profile, configuration, "invalid_profile", "the profile cannot be used"},
    entry{errc::unknown_provider, configuration, "unknown_provider", "there is no built-in provider of this name"},
    entry{errc::unsupported_operation, configuration, "unsupported_operation", "the provider has no such operation"},
    entry{errc::invalid_argument, configuration, "invalid_argument", "a value is missing or may not be sent"},

    entry{errc::callback_malformed, callback, "callback_malformed", "this is not a callback of the provider"},
    entry{errc::callback_duplicate_parameter, callback, "callback_duplicate_parameter",
          "the callback has a parameter twice"},
    entry{errc::callback_state_missing, callback, "callback_state_missing", "the callback has no state"},
    entry{errc::callback_state_mismatch, callback, "callback_state_mismatch",
          "the callback's state is not the one of this login"},
    entry{errc::callback_issuer_mismatch, callback, "callback_issuer_mismatch",
          "the callback comes from another issuer"},
    entry{errc::callback_contradictory, callback, "callback_contradictory", "the callback contradicts itself"},
    entry{errc::callback_code_missing, callback, "callback_code_missing",
          "the callback has neither a code nor a token nor an error"},

    entry{errc::access_denied, refused, "access_denied", "access was denied"},
    entry{errc::invalid_request, refused, "invalid_request", "the provider found the request malformed"},
    entry{errc::invalid_client, refused, "invalid_client", "the provider does not take this client id and secret"},
    entry{errc::invalid_grant, refused, "invalid_grant",
          "the code or refresh token is wrong, expired, revoked or was used before"},
    entry{errc::unauthorized_client, refused, "unauthorized_client", "this client may not do that"},
    entry{errc::unsupported_grant_type, refused, "unsupported_grant_type",
          "the provider does not know this grant type"},
    entry{errc::unsupported_response_type, refused, "unsupported_response_type",
          "the provider does not know this response type"},
    entry{errc::invalid_scope, refused, "invalid_scope", "a scope is unknown or not allowed"},
    entry{errc::invalid_token, refused, "invalid_token", "the access token is wrong, expired or revoked"},
    entry{errc::insufficient_scope, refused, "insufficient_scope", "the token does not allow that"},
    entry{errc::server_error, refused, "server_error", "the provider failed"},
    entry{errc::temporarily_unavailable, refused, "temporarily_unavailable", "the provider is unavailable for now"},
    entry{errc::rate_limited, refused, "rate_limited", "the provider has had too many requests"},
    entry{errc::provider_error, refused, "provider_error", "the provider refused"},

    entry{errc::http_status, http, "http_status", "the provider answered with an unexpected HTTP status"},

    entry{errc::malformed_reply, protocol, "malformed_reply", "the reply is not what the profile says"},
    entry{errc::missing_field, protocol, "missing_field", "a required field of the reply is missing"},
    entry{errc::unknown_token_type, protocol, "unknown_token_type", "the token is of an unknown type"},
    entry{errc::malformed_http, protocol, "malformed_http", "the answer breaks the rules of HTTP"},
    entry{errc::incomplete_http, protocol, "incomplete_http", "the answer is incomplete"},
    entry{errc::too_large, protocol, "too_large", "the answer is over its size limit"},
    entry{errc::unsupported_encoding, protocol, "unsupported_encoding", "the answer is in a coding not asked for"},
    entry{errc::redirect_refused, protocol, "redirect_refused", "the provider redirects, which is not followed"},

    entry{errc::tls_handshake_failed, tls, "tls_handshake_failed", "the TLS handshake failed"},
    entry{errc::tls_certificate_untrusted, tls, "tls_certificate_untrusted", "the certificate is not trusted"},
    entry{errc::tls_configuration, tls, "tls_configuration", "a TLS file cannot be used"},

    entry{errc::timeout, timeout, "timeout", "the deadline passed"},
    entry{errc::timeout_waiting, timeout, "timeout_waiting", "no connection became free in time"},
    entry{errc::timeout_resolve, timeout, "timeout_resolve", "the name was not resolved in time"},
    entry{errc::timeout_connect, timeout, "timeout_connect", "no connection came about in time"},
    entry{errc::timeout_handshake, timeout, "timeout_handshake", "the TLS handshake did not end in time"},
    entry{errc::timeout_response, timeout, "timeout_response", "no answer came in time"},

    entry{errc::resolve_failed, network, "resolve_failed", "the name cannot be resolved"},
    entry{errc::connect_failed, network, "connect_failed", "no connection could be made"},
    entry{errc::connection_lost, network, "connection_lost", "the connection broke"},
    entry{errc::proxy_refused, network, "proxy_refused", "the proxy opened no tunnel"},
    entry{errc::too_many_waiting, network, "too_many_waiting", "too many requests wait for this origin"},
    entry{errc::shut_down, network, "shut_down", "the connection pool was closed"},

    entry{errc::cancelled, cancelled, "cancelled", "the operation was cancelled"},

    entry{errc::no_token, login, "no_token", "no token is kept under this key"},
    entry{errc::token_expired, login, "token_expired", "the token has ended and cannot be refreshed"},
    entry{errc::circuit_open, network, "circuit_open", "the provider failed repeatedly and is left in peace"},

    entry{errc::store_failed, store, "store_failed", "the token store cannot be read or written"},
    entry{errc::store_locked, store, "store_locked", "another process holds the token store"},
    entry{errc::store_full, store, "store_full", "the token store has no room to grow"},
    entry{errc::store_damaged, store, "store_damaged", "the token store is damaged"},
    entry{errc::store_version, store, "store_version", "the token store was written by a newer version"},
    entry{errc::unsealing_failed, store, "unsealing_failed", "what was sealed cannot be opened"},

    entry{errc::callback_login_unknown, callback, "callback_login_unknown",
          "the callback belongs to no login under way"},
    entry{errc::callback_cookie_missing, callback, "callback_cookie_missing",
          "the browser has no cookie of this login"},
    entry{errc::callback_cookie_mismatch, callback, "callback_cookie_mismatch",
          "the browser's cookie is not the one of this login"},
    entry{errc::callback_wrong_provider, callback, "callback_wrong_provider",
          "the callback came to another provider's redirect URI"},
    entry{errc::too_many_logins, network, "too_many_logins", "too many logins are under way"},
    entry{errc::login_expired, login, "login_expired", "the user did not come back in time"},
    entry{errc::login_displaced, login, "login_displaced", "the login had to make room for another"},
    entry{errc::login_abandoned, login, "login_abandoned", "the login was given up"},
};

constexpr bool contiguous() {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (static_cast<std::size_t>(entries[i].code) != i + 1) {
            return false;
        }
    }
    return true;
}
static_assert(contiguous(), "each errc has its entry, in order");

const entry* find(errc code) noexcept {
    const auto index = static_cast<std::size_t>(code) - 1;
    return index < entries.size() ? &entries[index] : nullptr;
}

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "coauth"; }
    std::string message(int value) const override {
        const entry* found = find(static_cast<errc>(value));
        return found ? std::string(found->text) : "unknown error";
    }
};

}  // namespace

failure_class class_of(errc code) noexcept {
    const entry* found = find(code);
    return found ? found->its_class : failure_class::configuration;
}

std::string_view name_of(errc code) noexcept {
    const entry* found = find(code);
    return found ? found->name : "unknown";
}

std::string_view name_of(failure_class value) noexcept {
    constexpr std::array names{"configuration", "callback", "refused",   "http",  "protocol", "tls",
                               "timeout",       "network",  "cancelled", "login", "store"};
    return names[static_cast<std::size_t>(value)];
}

std::optional<errc> oauth_errc(std::string_view word) noexcept {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const entry& each) {
        return each.its_class == refused && each.code != errc::rate_limited && each.code != errc::provider_error &&
               each.name == word;
    });
    return found == entries.end() ? std::nullopt : std::optional(found->code);
}

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

std::string failure::message() const {
    const entry* known = find(code);
    std::string line = provider;
    if (!step.empty()) {
        line += line.empty() ? step : " " + step;
    }
    if (!line.empty()) {
        line += ": ";
    }
    line += known ? known->text : "unknown error";
    if (http_status != 0) {
        line += " (HTTP " + std::to_string(http_status) + ")";
    }
    if (!provider_code.empty() && provider_code != name_of(code)) {
        line += ", code \"" + provider_code + "\"";
    }
    if (!provider_text.empty() && provider_text != provider_code) {
        line += ", \"" + provider_text + "\"";
    }
    if (!detail.empty()) {
        line += ": " + detail;
    }
    if (retry_after) {
        line += "; try again in " + std::to_string(retry_after->count()) + " s";
    }
    return line;
}

error::error(failure what)
    : boost::system::system_error(make_error_code(what.code)),
      failure_(std::move(what)),
      message_(failure_.message()) {}

bool is_retryable(const failure& what) noexcept {
    const bool harmless = what.repeatable || !what.request_sent;
    const bool did_nothing = what.http_status == 429 || what.http_status == 503;
    switch (class_of(what.code)) {
        case failure_class::refused:
            return what.code == errc::temporarily_unavailable || what.code == errc::rate_limited ||
                   (what.code == errc::server_error && (harmless || did_nothing)) ||
                   (what.code == errc::provider_error && did_nothing);
        case failure_class::http:
            return did_nothing || (what.http_status >= 500 && harmless);
        case failure_class::timeout:
            return harmless;
        case failure_class::network:
            return what.code != errc::shut_down && harmless;
        case failure_class::protocol:
            return what.code == errc::incomplete_http && harmless;
        case failure_class::store:
            return what.code == errc::store_locked;
        default:
            return false;
    }
}

bool needs_login(const failure& what) noexcept {
    return what.code == errc::invalid_grant || what.code == errc::invalid_token || what.code == errc::access_denied ||
           class_of(what.code) == failure_class::login;
}

void throw_exception_from_error(const failure& what, const boost::source_location&) {
    throw error(what);
}

}  // namespace coauth
