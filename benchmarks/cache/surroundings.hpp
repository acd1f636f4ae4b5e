#pragma once

#include <coauth/cache/token_cache.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/http/transport.hpp>
#include <coauth/provider/catalog.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace coauth::bench {

/// A provider without a network, which grants every refresh for an hour.
class granting_provider final : public transport {
public:
    awaitable<http_response> send(http_request) override {
        requests.fetch_add(1, std::memory_order_relaxed);
        http_response reply{200, R"({"access_token":"access-000000000000000000000000","token_type":"Bearer",)"
                                 R"("refresh_token":"refresh-00000000000000000000000","expires_in":3600})"};
        reply.add_header("Content-Type", "application/json");
        co_return reply;
    }

    std::atomic<std::size_t> requests{0};
};

/// A store that keeps nothing and says what the cache expects to hear: so that a cache is measured alone.
class agreeing_store final : public token_store {
public:
    awaitable<std::optional<stored_token>> load(token_key) override {
        stored_token known;
        known.version = 1;
        co_return known;
    }
    awaitable<std::optional<std::uint64_t>> commit(token_key, token_record, std::uint64_t) override { co_return 1; }
    awaitable<bool> try_lease(token_key, std::string, std::chrono::milliseconds time) override {
        co_return time > std::chrono::milliseconds::zero();
    }
    awaitable<bool> erase(token_key) override { co_return true; }
    awaitable<store_page> scan(std::string, std::size_t) override { co_return store_page{}; }
};

/// A client whose refreshes go through `via`.
[[nodiscard]] inline client client_of(transport& via, std::shared_ptr<const clock> clock = nullptr) {
    return client{
        via,
        provider::builtin("hike"),
        {.client_id = "web", .client_secret = secret{"client-secret"}, .redirect_uri = "https://a.example/cb"},
        {.clock = std::move(clock)}};
}

/// An account as providers number them.
[[nodiscard]] inline std::string account(std::size_t number) {
    return std::to_string(7'000'000'000U + number);
}

/// A token as a login brings it, with an access token of that many characters.
[[nodiscard]] inline token issued(clock::wall_time at, std::size_t access_size = 40,
                                  std::chrono::seconds lifetime = std::chrono::hours{1}) {
    token made{secret{std::string(access_size, 'a')}};
    made.token_type = "Bearer";
    made.refresh_token = secret{std::string(64, 'r')};
    made.issued_at = at;
    made.expires_at = at + lifetime;
    return made;
}

}  // namespace coauth::bench
