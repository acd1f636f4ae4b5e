#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth {

/// Which token: the provider, the client it was issued to, the account, and the scopes and the resource where an
/// account has several tokens that differ in them. It never holds a secret.
///
/// It has constructors, so it may be written in braces in a `co_await` expression: `cache.get({"hitkey", subject})`.
/// Threads: as a `std::string`.
class token_key {
public:
    token_key() = default;

    /// The account at the provider, for the only client of that provider that the cache serves.
    token_key(std::string provider, std::string account);

    /// The account at the provider, for the client with this id.
    token_key(std::string provider, std::string client_id, std::string account);

    /// The same key for a token of just these scopes; their order and repetitions do not matter.
    [[nodiscard]] token_key with_scopes(std::vector<std::string> scopes) const;

    /// The same key for a token of this resource (RFC 8707).
    [[nodiscard]] token_key with_resource(std::string resource) const;

    /// The same key for another account.
    [[nodiscard]] token_key with_account(std::string account) const;

    /// The same key for the client with this id.
    [[nodiscard]] token_key with_client_id(std::string client_id) const;

    [[nodiscard]] const std::string& provider() const noexcept { return provider_; }    ///< The profile's name.
    [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }  ///< Empty: the only one.
    [[nodiscard]] const std::string& account() const noexcept { return account_; }      ///< `identity::subject`, say.
    [[nodiscard]] const std::string& scope() const noexcept { return scope_; }          ///< Sorted, parted by spaces.
    [[nodiscard]] const std::string& resource() const noexcept { return resource_; }    ///< Empty: none in particular.

    /// One line for people and logs: "hitkey/ann", "hitkey/ann (client web, scope email)"; control characters escaped.
    [[nodiscard]] std::string text() const;

    /// The five parts, each preceded by its length: no two keys have the same. For associated data and for stores.
    [[nodiscard]] std::string canonical() const;

    /// The key whose `canonical` is `text`; nothing for any other text. For stores that keep keys in that form.
    [[nodiscard]] static std::optional<token_key> from_canonical(std::string_view text);

    /// Whether all five parts are the same.
    friend bool operator==(const token_key&, const token_key&) = default;

private:
    std::string provider_;
    std::string client_id_;
    std::string account_;
    std::string scope_;
    std::string resource_;
};

}  // namespace coauth

/// For unordered containers.
template <>
struct std::hash<coauth::token_key> {
    /// Of all five parts.
    std::size_t operator()(const coauth::token_key& key) const noexcept;
};
