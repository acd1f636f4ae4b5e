#pragma once

#include <coauth/cache/token_key.hpp>

#include <compare>
#include <cstddef>
#include <string_view>

namespace coauth {

/// A `token_key` that owns nothing: for a look-up with other strings than a key's own. Ordered part by part, byte by
/// byte, as `token_store`s scan.
struct key_view {
    std::string_view provider;
    std::string_view client_id;
    std::string_view account;
    std::string_view scope;
    std::string_view resource;

    friend bool operator==(const key_view&, const key_view&) = default;
    friend std::strong_ordering operator<=>(const key_view&, const key_view&) = default;
};

[[nodiscard]] inline key_view view_of(const token_key& key) noexcept {
    return {key.provider(), key.client_id(), key.account(), key.scope(), key.resource()};
}
[[nodiscard]] inline key_view view_of(const key_view& key) noexcept {
    return key;
}

/// What `std::hash<token_key>` gives for the same parts.
[[nodiscard]] std::size_t hash_of(const key_view& key) noexcept;

/// For containers of `token_key`s that are also asked for `key_view`s.
struct key_hash {
    using is_transparent = void;
    template <class Key>
    std::size_t operator()(const Key& key) const noexcept {
        return hash_of(view_of(key));
    }
};
struct key_equal {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
        return view_of(left) == view_of(right);
    }
};
struct key_less {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
        return view_of(left) < view_of(right);
    }
};

}  // namespace coauth
