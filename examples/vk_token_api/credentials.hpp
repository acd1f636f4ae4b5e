#pragma once

#include "credential.hpp"

#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/token.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vk_token_api {

/// A token that VK has found good, on its way into the store.
class new_token {
public:
    new_token() = default;

    coauth::secret access_token;
    std::int64_t user_id = 0;
    coauth::clock::wall_time received_at{};
    std::optional<std::chrono::seconds> lifetime;  ///< As VK stated it; zero: it does not end.
};

/// The tokens of all users, in a store that one process uses. In memory is what the store knows of them, and no token.
///
/// The awaitables throw `coauth::error` of class store; once begun they are carried out, whether or not the caller is
/// cancelled. Threads: those of one strand.
class credentials {
public:
    explicit credentials(std::shared_ptr<coauth::token_store> store);

    /// Reads the store; to be awaited before anything else. Throws where a record cannot be read: its id would be given
    /// away a second time.
    [[nodiscard]] coauth::awaitable<void> load();

    /// Saves the token under the owner's name for it, in the place of the one that was there, whose id it takes. A
    /// token that was there already keeps the end it had, if none is stated: it is no younger than it was.
    [[nodiscard]] coauth::awaitable<credential> save(std::string owner, std::string account_name, new_token submitted);

    /// Remembers that the owner was told of this token's end; nothing if another token, or none, is there by now.
    [[nodiscard]] coauth::awaitable<void> mark_notified(credential told);

    [[nodiscard]] std::optional<credential> find(const std::string& owner, const std::string& account_name) const;

    /// The one that the owner submitted last.
    [[nodiscard]] std::optional<credential> latest(const std::string& owner) const;

    /// All that the owner has, by name.
    [[nodiscard]] std::vector<credential> of(const std::string& owner) const;

    /// Calls `seen` for each that ends and whose owner was not told of it; it changes nothing here.
    void for_each_not_notified(const std::function<void(const credential&)>& seen) const;

    /// Called after each token that was saved. One listener.
    void on_save(std::function<void()> listener) { on_save_ = std::move(listener); }

private:
    using name = std::pair<std::string, std::string>;

    coauth::awaitable<credential> write(std::string owner, std::string account_name, new_token submitted);
    coauth::awaitable<void> write_notified(credential told);
    void remember(credential changed);

    std::shared_ptr<coauth::token_store> store_;
    std::map<name, credential> known_;
    std::int64_t last_id_ = 0;
    std::function<void()> on_save_;
};

}  // namespace vk_token_api
