#include "tests/cache/cache_world.hpp"
#include "tests/cache/held_callers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Operations on a few accounts, with every answer of the store and the provider coming when chance wants it: as threads
// may have it, but the same for a seed each time.

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// Where every operation waits for its turn, and every answer for another. Some wait long.
class turns {
public:
    explicit turns(unsigned seed) : random_{seed} {}

    [[nodiscard]] unsigned below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

    awaitable<void> wait() { return below(6) == 0 ? slow_.wait() : fast_.wait(); }

    /// False if nobody waits.
    bool next() {
        held_callers& those = fast_.size() > 0 && below(40) != 0 ? fast_ : slow_.size() > 0 ? slow_ : fast_;
        const std::size_t waiting = those.size();
        if (waiting > 0) {
            those.let_go_one(below(static_cast<unsigned>(waiting)));
        }
        return waiting > 0;
    }
    [[nodiscard]] bool has_fast() const { return fast_.size() > 0; }

private:
    std::minstd_rand random_;
    held_callers fast_;
    held_callers slow_;
};

/// A store whose every operation waits for its turn, and its answer for another.
class store_in_turns final : public token_store {
public:
    store_in_turns(turns& order, std::shared_ptr<const coauth::clock> time) : turns_{order}, kept_{std::move(time)} {}

    awaitable<std::optional<stored_token>> load(token_key key) override {
        co_await turns_.wait();
        std::optional<stored_token> found = co_await kept_.load(std::move(key));
        co_await turns_.wait();
        co_return found;
    }
    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record,
                                                   std::uint64_t expected) override {
        co_await turns_.wait();
        const std::optional<std::uint64_t> made = co_await kept_.commit(std::move(key), std::move(record), expected);
        co_await turns_.wait();
        co_return made;
    }
    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override {
        co_await turns_.wait();
        const bool got = co_await kept_.try_lease(std::move(key), std::move(owner), time);
        co_await turns_.wait();
        co_return got;
    }
    awaitable<bool> erase(token_key key) override {
        co_await turns_.wait();
        const bool had = co_await kept_.erase(std::move(key));
        co_await turns_.wait();
        co_return had;
    }
    awaitable<store_page> scan(std::string after, std::size_t limit) override {
        co_await turns_.wait();
        store_page page = co_await kept_.scan(std::move(after), limit);
        co_await turns_.wait();
        co_return page;
    }

private:
    turns& turns_;
    memory_store kept_;
};

/// A provider whose every request waits for its turn, and its answer for another.
class provider_in_turns final : public transport {
public:
    provider_in_turns(turns& order, transport& other) : turns_{order}, provider_{other} {}

    awaitable<http_response> send(http_request request) override {
        co_await turns_.wait();
        http_response answer = co_await provider_.send(std::move(request));
        co_await turns_.wait();
        co_return answer;
    }

private:
    turns& turns_;
    transport& provider_;
};

class schedule {
public:
    explicit schedule(unsigned seed) : turns_{seed}, kinds_{5 + below(5)}, accounts_{1 + below(3)} {
        for (unsigned each = 0; each < caches_count; ++each) {
            cache_options options;
            options.clock = clock_;
            options.max_entries = 2 + below(3);
            options.max_refreshes_per_provider = 2;
            options.least_ahead = 1s;
            options.store_timeout = 1h;
            options.lease_time = 1h;
            options.get_timeout = 1h;
            options.refresh_timeout = 1h;
            caches_.push_back(std::make_unique<token_cache>(context_.get_executor(), store_, options));
            caches_.back()->serve(client{
                via_, provider::builtin("hike"), {.client_id = "id", .client_secret = secret{"s"}}, {.clock = clock_}});
        }
        provider_.lifetime = 2;
    }

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            if (turns_.has_fast() && below(8) != 0) {
                (void)turns_.next();
            } else if (below(4) == 0) {
                clock_->advance(std::chrono::milliseconds{below(1500)});
            } else {
                begin();
            }
            settle();
        }
        finish();
    }

    void check() {
        CHECK(provider_.refusals() == 0);
        for (const auto& each : tokens_) {
            CHECK(each->done());
        }
        for (const auto& each : others_) {
            CHECK(each->done());
        }
        for (unsigned each = 0; each < accounts_.size(); ++each) {
            const auto stored = read(each);
            CHECK((!stored || provider_.works(stored->record.value.refresh_token->reveal())));
            const bool stays = accounts_[each].login && !accounts_[each].erased;
            CHECK((!stays || stored.has_value()));
        }
    }

private:
    static constexpr unsigned caches_count = 2;

    struct account {
        bool login = false;   ///< One came.
        bool erased = false;  ///< And an erasure that had not ended when the last login came.
        std::vector<std::shared_ptr<pending<bool>>> erasures;
    };

    unsigned below(unsigned limit) { return turns_.below(limit); }
    void settle() {
        context_.restart();
        context_.poll();
    }
    void finish() {
        drain();
        for (int round = 0; round < 20; ++round) {
            clock_->advance(1s);
            settle();
            drain();
        }
    }
    void drain() {
        while (turns_.next()) {
            settle();
        }
    }

    token_key key(unsigned number) { return {"hike", "id", std::to_string(number)}; }

    token login(unsigned number) {
        token made{secret{"access-" + std::to_string(number)}};
        made.refresh_token = secret{provider_.issue(std::to_string(number))};
        made.issued_at = clock_->now();
        made.expires_at = *made.issued_at + std::chrono::seconds{below(3)};
        return made;
    }

    void begin() {
        const unsigned number = below(static_cast<unsigned>(accounts_.size()));
        token_cache& cache = *caches_[below(caches_count)];
        account& of = accounts_[number];
        switch (below(kinds_)) {
            case 0:
            case 1:
                of.login = true;
                of.erased = std::ranges::any_of(of.erasures, [](const auto& each) { return !each->done(); });
                others_.push_back(start(context_, cache.put(key(number), login(number))));
                break;
            case 2:
                of.erased = true;
                of.erasures.push_back(start(context_, cache.erase(key(number))));
                others_.push_back(of.erasures.back());
                break;
            case 6:
                loads_.push_back(start(context_, cache.load_all()));
                break;
            case 7:
                cache.invalidate(key(number), cache.peek(key(number)));
                break;
            case 8:
                tokens_.push_back(start(context_, cache.refresh(key(number))));
                break;
            default:
                tokens_.push_back(start(context_, cache.get(key(number))));
                break;
        }
    }

    std::optional<stored_token> read(unsigned number) {
        const auto asked = start(context_, store_->load(key(number)));
        settle();
        while (!asked->done()) {
            (void)turns_.next();
            settle();
        }
        return asked->value.value();
    }

    turns turns_;
    const unsigned kinds_;  ///< Of operations: the first so many.
    std::vector<account> accounts_;
    boost::asio::io_context context_{1};
    std::shared_ptr<manual_clock> clock_ = std::make_shared<manual_clock>();
    rotating_provider provider_;
    provider_in_turns via_{turns_, provider_};
    std::shared_ptr<token_store> store_ = std::make_shared<store_in_turns>(turns_, clock_);
    std::vector<std::unique_ptr<token_cache>> caches_;
    std::vector<std::shared_ptr<pending<token_ptr>>> tokens_;
    std::vector<std::shared_ptr<pending<bool>>> others_;
    std::vector<std::shared_ptr<pending<std::size_t>>> loads_;
};

}  // namespace

TEST_CASE("whatever order answers come in, no refresh token is used twice and no login is lost") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        schedule one{seed};
        one.run(400);
        one.check();
    }
}
