#pragma once

#include "cache/key_view.hpp"
#include "cache/provider_gate.hpp"
#include "cache/refresh_schedule.hpp"

#include <coauth/cache/cache_options.hpp>
#include <coauth/flow/client.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::cache {

/// A client that refreshes, and what its tokens' schedule has to know.
struct served_client {
    client requests;
    schedule_rules rules;
    std::shared_ptr<provider_gate> gate;
};

/// The clients that a cache serves, by provider and client id. Threads: any.
class clients {
public:
    explicit clients(const cache_options& options);

    void serve(client served);

    /// Counts the calls of `serve`: while it stays, so does what `find` returns.
    [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

    /// The client of a complete key; null if none is served.
    [[nodiscard]] std::shared_ptr<const served_client> find(std::string_view provider,
                                                            std::string_view client_id) const;

    /// Gives `key` a client id where it has none: that of the only client of its provider. False where there is no such
    /// one. Without a lock.
    [[nodiscard]] bool complete(key_view& key) const noexcept;

    /// Why `complete` said false.
    [[nodiscard]] failure incomplete(const token_key& key) const;

    [[nodiscard]] std::vector<std::shared_ptr<provider_gate>> gates() const;

private:
    /// Which client id a key without one means; never changed, and kept until the end, so that it is read without a
    /// lock.
    struct defaults {
        struct item {
            std::string provider;
            std::string client_id;
            bool several = false;
        };
        std::vector<item> items;
    };

    using name = std::pair<std::string, std::string>;  ///< Provider and client id.
    using name_view = std::pair<std::string_view, std::string_view>;
    struct by_name {
        using is_transparent = void;
        bool operator()(const name_view& left, const name_view& right) const noexcept { return left < right; }
    };

    [[nodiscard]] const defaults::item* default_of(std::string_view provider) const noexcept;
    std::unique_ptr<const defaults> defaults_with(const std::string& provider, const std::string& client_id) const;

    const std::chrono::seconds expiring_threshold_;
    const std::chrono::milliseconds refresh_timeout_;
    const provider_gate::limits limits_;
    mutable std::shared_mutex mutex_;
    std::map<name, std::shared_ptr<const served_client>, by_name> served_;
    std::map<std::string, std::shared_ptr<provider_gate>, std::less<>> gates_;
    std::vector<std::unique_ptr<const defaults>> all_defaults_;
    std::atomic<const defaults*> defaults_{nullptr};
    std::atomic<std::uint64_t> epoch_{0};
};

}  // namespace coauth::cache
