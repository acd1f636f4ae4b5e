#include "cache/key_view.hpp"
#include "core/counted_text.hpp"

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace coauth {
namespace {

/// Adds the scopes of `text`, which are parted by spaces (RFC 6749, section 3.3).
void split_scopes(std::string_view text, std::vector<std::string>& into) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end != 0) {
            into.emplace_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

token_key::token_key(std::string provider, std::string account)
    : provider_(std::move(provider)), account_(std::move(account)) {}

token_key::token_key(std::string provider, std::string client_id, std::string account)
    : provider_(std::move(provider)), client_id_(std::move(client_id)), account_(std::move(account)) {}

token_key token_key::with_scopes(std::vector<std::string> scopes) const {
    std::vector<std::string> single;
    for (const std::string& each : scopes) {
        split_scopes(each, single);
    }
    std::sort(single.begin(), single.end());
    single.erase(std::unique(single.begin(), single.end()), single.end());
    token_key key = *this;
    key.scope_.clear();
    for (const std::string& each : single) {
        key.scope_.append(key.scope_.empty() ? "" : " ").append(each);
    }
    return key;
}

token_key token_key::with_resource(std::string resource) const {
    token_key key = *this;
    key.resource_ = std::move(resource);
    return key;
}

token_key token_key::with_account(std::string account) const {
    token_key other;
    other.provider_ = provider_;
    other.client_id_ = client_id_;
    other.account_ = std::move(account);
    other.scope_ = scope_;
    other.resource_ = resource_;
    return other;
}

token_key token_key::with_client_id(std::string client_id) const {
    token_key key = *this;
    key.client_id_ = std::move(client_id);
    return key;
}

std::string token_key::text() const {
    std::string more;
    const auto add = [&more](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            more.append(more.empty() ? " (" : ", ").append(name).append(value);
        }
    };
    add("client ", client_id_);
    add("scope ", scope_);
    add("resource ", resource_);
    return printable(provider_ + "/" + account_ + more + (more.empty() ? "" : ")"));
}

std::string token_key::canonical() const {
    std::string out;
    for (const std::string* part : {&provider_, &client_id_, &account_, &scope_, &resource_}) {
        append_counted(out, *part);
    }
    return out;
}

std::optional<token_key> token_key::from_canonical(std::string_view text) {
    token_key key;
    for (std::string* part : {&key.provider_, &key.client_id_, &key.account_, &key.scope_, &key.resource_}) {
        const auto taken = take_counted(text);
        if (!taken) {
            return std::nullopt;
        }
        *part = *taken;
    }
    return text.empty() ? std::optional(std::move(key)) : std::nullopt;
}

std::size_t hash_of(const key_view& key) noexcept {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
    std::uint64_t all = 0;
    for (const std::string_view part : {key.provider, key.client_id, key.account, key.scope, key.resource}) {
        // Most keys have empty parts, and they need not cost a call.
        const std::uint64_t mixed = part.empty() ? 0 : std::hash<std::string_view>{}(part);
        all = (std::rotl(all, 5) ^ mixed) * odd;
    }
    return static_cast<std::size_t>(all ^ (all >> 32U));
}

}  // namespace coauth

std::size_t std::hash<coauth::token_key>::operator()(const coauth::token_key& key) const noexcept {
    return coauth::hash_of(coauth::view_of(key));
}
