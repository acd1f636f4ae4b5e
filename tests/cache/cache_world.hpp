#pragma once

#include "tests/cache/rotating_provider.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/core/manual_clock.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coauth::test {

/// What became of an awaitable that was started.
template <class T>
struct pending {
    std::optional<T> value;
    std::exception_ptr thrown;

    [[nodiscard]] bool done() const { return value || thrown; }
    [[nodiscard]] failure why() const {
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const error& known) {
            return known.details();
        }
        throw std::logic_error("it did not fail");
    }
};

/// Starts it; whoever runs the context carries it on.
template <class T>
std::shared_ptr<pending<T>> start(boost::asio::io_context& context, awaitable<T> work) {
    auto outcome = std::make_shared<pending<T>>();
    boost::asio::co_spawn(context, std::move(work), [outcome](std::exception_ptr thrown, T value) {
        thrown ? void(outcome->thrown = thrown) : void(outcome->value = std::move(value));
    });
    return outcome;
}
inline std::shared_ptr<pending<bool>> start(boost::asio::io_context& context, awaitable<void> work) {
    const auto valued = [](awaitable<void> what) -> awaitable<bool> {
        co_await std::move(what);
        co_return true;
    };
    return start(context, valued(std::move(work)));
}

inline std::string text(const token_ptr& of) {
    return of ? std::string{of->access_token.reveal()} : "none";
}

/// The options of a second cache, that of another process say.
inline cache_options on(const std::shared_ptr<manual_clock>& clock) {
    cache_options options;
    options.clock = clock;
    return options;
}

/// A cache on one thread, with a clock that the test turns and a provider without a network.
class cache_world {
public:
    explicit cache_world(cache_options options = {}, std::shared_ptr<token_store> kept_in = nullptr)
        : store{kept_in ? std::move(kept_in) : std::make_shared<memory_store>(clock)},
          cache{context.get_executor(), store, with(std::move(options))} {
        cache.serve(client_of("hike"));
    }

    [[nodiscard]] client client_of(const std::string& name) {
        return client{
            provider,
            provider::builtin(name),
            {.client_id = "id", .client_secret = secret{"client-secret"}, .redirect_uri = "https://a.example/cb"},
            {.clock = clock}};
    }

    /// A token as a login brings it.
    [[nodiscard]] token fresh_token(const std::string& account, std::chrono::seconds lifetime = std::chrono::hours{1}) {
        token made{secret{"access-" + account + "-0"}};
        made.token_type = "Bearer";
        made.refresh_token = secret{provider.issue(account)};
        made.issued_at = clock->now();
        made.expires_at = clock->now() + lifetime;
        return made;
    }

    /// The same for Ann, with an access token of the test's choice.
    [[nodiscard]] token named_token(const std::string& access) {
        token made = fresh_token("ann");
        made.access_token = secret{access};
        return made;
    }

    /// A login whose token has ended, and whose refresh the provider holds.
    void hold_refresh_of(const std::string& account) {
        run(cache.put({"hike", account}, fresh_token(account, std::chrono::seconds{100})));
        provider.hold();
        turn(std::chrono::seconds{101});
    }

    /// Writes the token over what the store has, as another process does. False if the store refused.
    [[nodiscard]] bool commit_elsewhere(const token_key& key, token what) {
        const auto stored = run(store->load(key));
        return run(store->commit(key, token_record{std::move(what)}, stored.value().version)).has_value();
    }

    /// Starts an awaitable; `settle` carries it on.
    template <class T>
    auto start(awaitable<T> work) {
        return test::start(context, std::move(work));
    }

    /// Runs whatever can run without the clock being turned.
    void settle() {
        context.restart();
        context.poll();
    }

    void turn(std::chrono::nanoseconds by) {
        clock->advance(by);
        settle();
    }

    template <class T>
    T run(awaitable<T> work) {
        const auto outcome = start(std::move(work));
        settle();
        if (outcome->thrown) {
            std::rethrow_exception(outcome->thrown);
        }
        return static_cast<T>(std::move(outcome->value).value());  // throws if it still waits
    }

    template <class T>
    failure failure_of(awaitable<T> work) {
        const auto outcome = start(std::move(work));
        settle();
        return outcome->why();
    }

    [[nodiscard]] std::size_t count(cache_event_kind what) const {
        std::size_t found = 0;
        for (const cache_event& each : events) {
            found += each.what == what ? 1 : 0;
        }
        return found;
    }

    boost::asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    rotating_provider provider;
    std::vector<cache_event> events;
    std::shared_ptr<token_store> store;
    token_cache cache;

private:
    cache_options with(cache_options options) {
        options.clock = clock;
        if (!options.on_event) {
            options.on_event = [this](const cache_event& told) { events.push_back(told); };
        }
        return options;
    }
};

/// A world over a store that the test disturbs.
template <class Store>
struct world_over : cache_world {
    explicit world_over(std::shared_ptr<Store> its_store = std::make_shared<Store>(std::make_shared<manual_clock>()))
        : cache_world{{}, its_store}, disturbed{std::move(its_store)} {}

    std::shared_ptr<Store> disturbed;
};

}  // namespace coauth::test
