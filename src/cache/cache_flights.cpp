#include "cache/cache_core.hpp"
#include "cache/cache_failure.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <exception>
#include <utility>

// What flights do at the store and at the provider. Each reports to its shard when it is done, and the shard says what
// comes next.

namespace coauth::cache {

namespace asio = boost::asio;

namespace {

/// Whatever was thrown, as a failure of the cache.
failure failure_from(const std::exception_ptr& thrown, const token_key& key, errc otherwise) {
    failure why;
    try {
        std::rethrow_exception(thrown);
    } catch (const error& known) {
        why = known.details();
    } catch (const std::exception& unknown) {
        why.code = otherwise;
        why.detail = printable(unknown.what());
        why.request_sent = true;
        why.repeatable = false;
    } catch (...) {
        why.code = otherwise;
        why.request_sent = true;
        why.repeatable = false;
    }
    if (why.provider.empty()) {
        why.provider = key.provider();
    }
    return why;
}

/// Of a store: what its own exceptions mean is not known here.
failure store_failure(const std::exception_ptr& thrown, const token_key& key) {
    failure why = failure_from(thrown, key, errc::store_failed);
    if (class_of(why.code) != failure_class::store) {
        why.code = errc::store_failed;
    }
    if (why.step.empty()) {
        why.step = "store";
    }
    return why;
}

}  // namespace

/// Starts a flight's next piece of work, on the flight's strand, where alone its signals are touched. `give_up`, if
/// any, serves no other piece.
void cache_core::run(const flight_ptr& which, strand_work work, asio::cancellation_signal* give_up) {
    ++under_way_;
    asio::dispatch(which->strand, [self = shared_from_this(), which, work, give_up] {
        // It keeps the flight, and with it the signal, for as long as Asio may look at the slot.
        const auto done = [self, which](std::exception_ptr thrown) {
            if (thrown) {
                failure why = store_failure(thrown, which->key);
                self->report(which, [&](shard& s, orders& then) { s.broke(which, why, self->now(), then); });
            }
            self->landed();
        };
        if (give_up != nullptr) {
            asio::co_spawn(which->strand, work(self, which), asio::bind_cancellation_slot(give_up->slot(), done));
        } else {
            asio::co_spawn(which->strand, work(self, which), done);
        }
    });
}

/// Its own: a lease that another flight has, though of this cache, is not its to give back.
std::string cache_core::owner_of(const flight& which) const {
    return owner_ + '.' + std::to_string(which.shard) + '.' + std::to_string(which.lease);
}

bool cache_core::wanted(const flight_ptr& which) {
    const std::scoped_lock lock{shards_[which->shard]->mutex()};
    return shards_[which->shard]->wanted(which);
}

awaitable<void> cache_core::load(std::shared_ptr<cache_core> self, flight_ptr which) {
    outcome<std::optional<stored_token>> found{std::optional<stored_token>{}};
    try {
        found = co_await self->store_->load(which->key);
    } catch (...) {
        found = store_failure(std::current_exception(), which->key);
    }
    self->report(which, [&](shard& s, orders& then) { s.loaded(which, std::move(found), self->now(), then); });
}

awaitable<void> cache_core::consult(std::shared_ptr<cache_core> self, flight_ptr which) {
    consultation said;
    try {
        said.leased = co_await self->store_->try_lease(which->key, self->owner_of(*which), self->options_.lease_time);
        said.stored = co_await self->store_->load(which->key);
    } catch (...) {
        said.failed = store_failure(std::current_exception(), which->key);
    }
    self->report(which, [&](shard& s, orders& then) { s.consulted(which, said, self->now(), then); });
}

awaitable<void> cache_core::ask(std::shared_ptr<cache_core> self, flight_ptr which) {
    outcome<token_ptr> issued{token_ptr{}};
    try {
        token fresh = co_await which->served->requests.refresh(*which->from);
        issued = std::make_shared<const token>(std::move(fresh));
    } catch (...) {
        issued = failure_from(std::current_exception(), which->key, errc::connection_lost);
    }
    self->report(which, [&](shard& s, orders& then) { s.answered(which, std::move(issued), self->now(), then); });
}

/// After a refusal: another process may have refreshed first. Otherwise the record is marked, so that nobody asks
/// again.
awaitable<void> cache_core::settle(std::shared_ptr<cache_core> self, flight_ptr which) {
    outcome<commit_outcome> done{commit_outcome{}};
    try {
        commit_outcome found;
        std::optional<stored_token> stored = co_await self->store_->load(which->key);
        if (stored && stored->version == which->version) {
            stored->record.refused = which->refusal->code;
            const auto marked = co_await self->store_->commit(which->key, stored->record, which->version);
            found.version = marked.value_or(0);
            if (!marked) {
                stored = co_await self->store_->load(which->key);
            }
        }
        if (found.version == 0) {
            found.other = std::move(stored);
        }
        done = std::move(found);
    } catch (...) {
        done = store_failure(std::current_exception(), which->key);
    }
    self->report(which, [&](shard& s, orders& then) { s.settled(which, std::move(done), self->now(), then); });
}

awaitable<void> cache_core::commit(std::shared_ptr<cache_core> self, flight_ptr which) {
    outcome<commit_outcome> done{commit_outcome{}};
    try {
        done = co_await commit_record(self, which);
    } catch (...) {
        done = store_failure(std::current_exception(), which->key);
    }
    if (std::holds_alternative<failure>(done) && which->leased) {
        co_await keep_lease(self, which);
    }
    self->report(which, [&](shard& s, orders& then) { s.committed(which, std::move(done), self->now(), then); });
}

/// Commits, and finds out what is there if that loses. What is there gives way if it is a predecessor, whose own commit
/// had come through though its answer was lost, or if the flight overrides.
awaitable<commit_outcome> cache_core::commit_record(std::shared_ptr<cache_core> self, flight_ptr which) {
    constexpr int attempts = 20;  // each lost to another writer
    token_store& store = *self->store_;
    const token_record record{*which->fresh};
    std::uint64_t expected = which->version;
    commit_outcome done;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (attempt > 0 && !self->wanted(which)) {
            co_return done;
        }
        const std::optional<std::uint64_t> version = co_await store.commit(which->key, record, expected);
        if (version) {
            done.version = *version;
            co_return done;
        }
        bool unreadable = false;
        std::optional<stored_token> other;
        try {
            other = co_await store.load(which->key);
        } catch (const error& thrown) {
            unreadable = which->overriding &&
                         (thrown.reason() == errc::unsealing_failed || thrown.reason() == errc::store_damaged);
            if (!unreadable) {
                throw;
            }
        }
        if (unreadable) {
            co_await store.erase(which->key);  // nobody can read it, and a new login takes its place
        }
        if (other && !other->record.refused && same_secrets(other->record.value, record.value)) {
            done.version = other->version;  // an earlier attempt had come through
            co_return done;
        }
        const bool ours = other && is_one_of(which->earlier, other->record.value);
        if (!which->overriding && !ours) {
            done.other = std::move(other);
            co_return done;
        }
        expected = other ? other->version : 0;
    }
    throw error{cache_failure(errc::store_locked, "store", which->key, "others write this token without end")};
}

/// After a commit that failed: the store has the spent refresh token still, and nobody else may use it before the next
/// attempt has ended.
awaitable<void> cache_core::keep_lease(std::shared_ptr<cache_core> self, flight_ptr which) {
    if (!self->wanted(which)) {
        co_return;
    }
    try {
        co_await self->store_->try_lease(which->key, self->owner_of(*which),
                                         self->options_.lease_time + longest_commit_pause);
    } catch (...) {
        co_return;  // the store that refused the commit refuses this too
    }
}

awaitable<void> cache_core::erase_again(std::shared_ptr<cache_core> self, flight_ptr which) {
    try {
        const std::optional<stored_token> stored = co_await self->store_->load(which->key);
        if (stored && stored->version == which->version) {
            co_await self->store_->erase(which->key);
        }
    } catch (...) {
        co_return;  // whoever asked for it was told that it was done, and there is nobody else to tell
    }
}

awaitable<void> cache_core::give_lease_back(std::shared_ptr<cache_core> self, flight_ptr which) {
    try {
        co_await self->store_->try_lease(which->key, self->owner_of(*which), std::chrono::milliseconds{0});
    } catch (...) {
        co_return;  // then it runs out by itself
    }
}

// What callers await, but do not carry.

awaitable<bool> cache_core::erase_stored(std::shared_ptr<cache_core> self, token_key key) {
    try {
        co_return co_await self->store_->erase(key);
    } catch (...) {
        throw error{store_failure(std::current_exception(), key)};
    }
}

awaitable<void> cache_core::revoke_once(std::shared_ptr<cache_core> self, token_key key, token_ptr what,
                                        parameters arguments) {
    const auto served = self->clients_.find(key.provider(), key.client_id());
    if (!served) {
        throw error{cache_failure(errc::invalid_argument, "revoke", key, not_served)};
    }
    try {
        co_await served->requests.revoke(*what, std::move(arguments));
    } catch (const error& refused) {
        if (!needs_login(refused.details())) {
            throw;
        }
    }
}

awaitable<token_ptr> cache_core::latest(std::shared_ptr<cache_core> self, token_key key) {
    token_ptr held;
    {
        shard& where = self->shard_of(hash_of(view_of(key)));
        const std::scoped_lock lock{where.mutex()};
        if (token_ptr unsaved = where.unsaved(view_of(key))) {
            co_return unsaved;
        }
        held = where.held(view_of(key));
    }
    try {
        const std::optional<stored_token> stored = co_await self->store_->load(key);
        co_return stored ? std::make_shared<const token>(stored->record.value) : held;
    } catch (...) {
        if (!held) {
            throw error{store_failure(std::current_exception(), key)};
        }
    }
    co_return held;
}

awaitable<std::optional<stored_token>> cache_core::stored(std::shared_ptr<token_store> in, token_key key) {
    try {
        co_return co_await in->load(key);
    } catch (...) {
        throw error{store_failure(std::current_exception(), key)};
    }
}

awaitable<store_page> cache_core::scan(std::shared_ptr<token_store> from, std::string after, std::size_t limit) {
    try {
        co_return co_await from->scan(std::move(after), limit);
    } catch (...) {
        throw error{store_failure(std::current_exception(), {})};
    }
}

/// Whether it was taken up; nothing if a key was erased since the store was read: it may be this one.
std::optional<bool> cache_core::take_up(const token_key& key, const stored_token& read, std::uint64_t erasures) {
    std::optional<bool> taken;
    change(key, [&](shard& s, orders& then) {
        if (erasures_ == erasures) {
            taken = s.take_up(key, read, options_.load_window, now(), then);
        }
    });
    return taken;
}

awaitable<std::size_t> cache_core::load_all(std::shared_ptr<cache_core> self) {
    constexpr std::size_t page_size = 500;
    std::size_t taken = 0;
    std::string after;
    do {
        const std::uint64_t erasures = self->erasures_;
        const store_page page = co_await scan(self->store_, after, page_size);
        for (const store_page::item& each : page.items) {
            std::optional<stored_token> read;
            if (each.record) {
                read = stored_token{*each.record, each.version};
            }
            std::uint64_t until = erasures;
            std::optional<bool> done;
            while (read && !(done = self->take_up(each.key, *read, until))) {
                until = self->erasures_;
                read = co_await stored(self->store_, each.key);
            }
            taken += done.value_or(false) ? 1 : 0;
        }
        after = page.next;
    } while (!after.empty() && !self->closed_ && taken < self->options_.max_entries);
    co_return taken;
}

void cache_core::check_refreshable(const token_key& key, const token& what) const {
    const auto served = clients_.find(key.provider(), key.client_id());
    if (served && is_refreshable(what, served->rules)) {
        return;
    }
    throw error{cache_failure(errc::unsupported_operation, "refresh", key,
                              !served                     ? not_served
                              : served->rules.can_refresh ? "the token came without a refresh token: log in again"
                                                          : "the provider has no refresh: log in again")};
}

}  // namespace coauth::cache
