#include "cache/cache_core.hpp"
#include "cache/cache_failure.hpp"
#include "cache/detached.hpp"

#include <coauth/cache/token_cache.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace coauth {

class token_cache::implementation final : public cache::cache_core {
public:
    using cache::cache_core::cache_core;

    using shared = std::shared_ptr<implementation>;
    using signature = void(std::exception_ptr, token_ptr);
    using until = cache::until;

    static awaitable<token_ptr> wait(shared self, token_key key, std::chrono::milliseconds limit,
                                     until what = until::token) {
        const executor home = co_await boost::asio::this_coro::executor;
        const auto begin = [](auto handler, shared core, token_key of, std::chrono::milliseconds patience,
                              const executor& back, until when) {
            core->cache_core::wait(of, when, patience, back, cache::waiter::completion{std::move(handler)});
        };
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, signature>(
            begin, boost::asio::use_awaitable, self, key, limit, home, what);
    }

    static awaitable<token_ptr> find(shared self, token_key key, std::chrono::milliseconds limit) {
        token_key complete = self->completed(key);
        co_return co_await wait(std::move(self), std::move(complete), limit);
    }

    static awaitable<void> keep(shared self, token_key key, token fresh) {
        self->check_open();
        const token_key complete = self->completed(key);
        const auto kept = std::make_shared<const token>(std::move(fresh));
        const executor home = co_await boost::asio::this_coro::executor;
        const auto begin = [](auto handler, shared core, token_key what, token_ptr with, executor back) {
            core->put(what, std::move(with),
                      cache::bystander_of<std::optional<failure>>(std::move(handler), back, core->where()));
        };
        std::optional<failure> why =
            co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                 void(std::exception_ptr, std::optional<failure>)>(
                begin, boost::asio::use_awaitable, self, complete, kept, home);
        if (why) {
            throw error{std::move(*why)};
        }
    }

    static awaitable<token_ptr> renew(shared self, token_key asked) {
        const token_key key = self->completed(asked);
        const clock::wall_time began = self->now().wall;
        token_ptr old = self->held(key);
        if (!old) {
            old = co_await wait(self, key, self->get_timeout());
            if (old->issued_at && *old->issued_at >= began) {
                co_return old;  // it had ended, so it is new already
            }
        }
        self->check_refreshable(key, *old);
        self->invalidate(key, old, false);
        co_return co_await wait(self, key, self->get_timeout());
    }

    /// Until nothing of the sort is under way for the key; what came of it does not matter.
    static awaitable<void> settled(shared self, token_key key, until what) {
        try {
            (void)co_await wait(self, key, self->get_timeout(), what);
        } catch (const error&) {
            if (self->under_way(key, what)) {
                throw;  // the waiting has ended, and nothing else
            }
        }
    }

    /// What is being written ends first, so that nothing is lost if the store fails; what is written beside the erasure
    /// is erased after it.
    static awaitable<bool> erase(shared self, token_key key) {
        bool had = false;
        cache::erasure last{.done = false};
        while (!last.done) {
            co_await settled(self, key, until::written);
            const std::uint64_t since = self->version_of(key);
            const bool stored = co_await erase_stored(self, key);
            last = self->forget(key, since);
            had = had || stored || last.held;
        }
        co_return had;
    }

    /// A refresh that is under way would bring a token that nobody had revoked: it ends first. One may begin beside the
    /// revocation, and come first at the provider: then what it brought is revoked too.
    static awaitable<bool> revoke(shared self, token_key key, parameters arguments) {
        co_await settled(self, key, until::landed);
        token_ptr now = co_await latest(self, key);
        if (!now) {
            throw error{cache::cache_failure(errc::no_token, "revoke", key)};
        }
        token_ptr revoked;
        do {
            revoked = std::move(now);
            co_await revoke_once(self, key, revoked, arguments);
            co_await settled(self, key, until::landed);
            now = co_await latest(self, key);
        } while (now && !cache::same_secrets(*now, *revoked));
        co_return co_await erase(std::move(self), std::move(key));
    }

    static awaitable<std::size_t> still(shared self) {
        self->close();
        const executor home = co_await boost::asio::this_coro::executor;
        const auto begin = [](auto handler, shared core, const executor& back) {
            core->when_still(back, cache::waiter::completion{std::move(handler)});
        };
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, signature>(
            begin, boost::asio::use_awaitable, self, home);
        co_return self->unsaved();
    }
};

namespace {

awaitable<token_ptr> at_once(token_ptr ready) {
    co_return ready;
}

}  // namespace

token_cache::token_cache(executor where, std::shared_ptr<token_store> store, cache_options options)
    : implementation_{std::make_shared<implementation>(std::move(where), std::move(store), std::move(options))} {
    implementation_->start();
}

token_cache::~token_cache() {
    implementation_->close();
}

void token_cache::serve(client served) {
    implementation_->serve(std::move(served));
}

awaitable<token_ptr> token_cache::get(const token_key& key) {
    return get(key, implementation_->get_timeout());
}

awaitable<token_ptr> token_cache::get(const token_key& key, std::chrono::milliseconds timeout) {
    // Not a coroutine: for what is at hand a small one is made, which need not take the key along.
    if (token_ptr ready = implementation_->at_hand(key)) {
        return at_once(std::move(ready));
    }
    return implementation::find(implementation_, key, timeout);
}

token_ptr token_cache::peek(const token_key& key) const {
    return implementation_->peek(key);
}

awaitable<void> token_cache::put(token_key key, token fresh) {
    return implementation::keep(implementation_, std::move(key), std::move(fresh));
}

void token_cache::invalidate(const token_key& key, const token_ptr& refused) {
    implementation_->invalidate(implementation_->completed(key), refused, true);
}

awaitable<token_ptr> token_cache::refresh(token_key key) {
    return implementation::renew(implementation_, std::move(key));
}

awaitable<bool> token_cache::erase(token_key key) {
    implementation_->check_open();
    auto work = implementation::erase(implementation_, implementation_->completed(key));
    co_return co_await cache::detached(implementation_->where(), std::move(work));
}

awaitable<void> token_cache::revoke(token_key key, parameters arguments) {
    implementation_->check_open();
    auto work = implementation::revoke(implementation_, implementation_->completed(key), std::move(arguments));
    co_await cache::detached(implementation_->where(), std::move(work));
}

awaitable<std::size_t> token_cache::for_each(std::function<void(const store_page::item&)> seen) {
    constexpr std::size_t page_size = 100;
    const std::shared_ptr<token_store> store = implementation_->store();
    std::size_t count = 0;
    std::string after;
    do {
        const store_page page = co_await implementation::scan(store, after, page_size);
        for (const store_page::item& each : page.items) {
            seen(each);
            ++count;
        }
        after = page.next;
    } while (!after.empty());
    co_return count;
}

awaitable<std::size_t> token_cache::load_all() {
    implementation_->check_open();
    auto work = implementation::load_all(implementation_);
    co_return co_await cache::detached(implementation_->where(), std::move(work));
}

awaitable<std::size_t> token_cache::close() {
    return implementation::still(implementation_);
}

cache_statistics token_cache::statistics() const {
    return implementation_->statistics();
}

}  // namespace coauth
