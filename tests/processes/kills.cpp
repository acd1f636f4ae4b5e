// A process that refreshes is killed, and the login that it worked with is not lost.
#include "tests/processes/mark.hpp"
#include "tests/processes/provider_world.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/core/manual_clock.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string_view>
#include <sys/wait.h>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::awaitable;
using coauth::token_cache;

namespace {

const coauth::token_key account = ground::account(0);

/// COAUTH_KILLS sets it; fewer than the usual number need not hit every phase.
constexpr int usual_kills = 200;
int number_of_kills() {
    const char* const asked = std::getenv("COAUTH_KILLS");
    return asked != nullptr ? std::atoi(asked) : usual_kills;
}

/// What the worker was at when it died, by the last that it told and by what has come of it.
enum phase { starting, before_sending, sent, answered, committing, written, committed, phases };
constexpr std::array<const char*, phases> phase_names{"starting",   "before sending", "request on its way", "answered",
                                                      "committing", "written",        "committed"};

/// How often the provider has answered, and how often the store was written: it has but one key, and counts its
/// commits.
struct counters {
    std::uint64_t answers = 0;
    std::uint64_t commits = 0;
};

awaitable<counters> look(provider_world& all) {
    const std::shared_ptr<coauth::token_store> store = all.here.open();
    const std::optional<coauth::stored_token> found = co_await store->load(account);
    counters seen;
    seen.answers = all.token_requests();
    seen.commits = found ? found->version : 0;
    co_return seen;
}

/// Has it work until it has told so much, and a while longer, and kills it. Returns all that it told.
awaitable<std::string> killed(provider_world& all, child& worker, std::size_t after, std::chrono::microseconds later) {
    co_await worker.read_until(after);
    if (later > 0us) {
        boost::asio::steady_timer moment{all.context, later};
        co_await moment.async_wait(boost::asio::use_awaitable);
    }
    worker.kill();
    co_await worker.read_all();
    co_return worker.told();
}

/// Puts a new login where the worker will look for one.
awaitable<bool> log_in_anew(provider_world& all) {
    token_cache cache{all.context.get_executor(), all.here.open()};
    coauth::token fresh = co_await all.log_in();
    co_await cache.put(account, std::move(fresh));
    const std::size_t unsaved = co_await cache.close();
    co_return unsaved == 0;
}

/// Refreshes the login with a cache and a store of its own, when the lease of the dead has run out. Returns why not.
awaitable<std::optional<coauth::failure>> refresh_after_lease(provider_world& all) {
    const auto later = std::make_shared<coauth::manual_clock>(std::chrono::system_clock::now() + 10min);
    token_cache cache{all.context.get_executor(), all.here.open(later)};
    cache.serve(all.client);
    std::optional<coauth::failure> why;
    try {
        const coauth::token_ptr fresh = co_await cache.refresh(account);
    } catch (const coauth::error& refused) {
        why = refused.details();
    }
    co_await cache.close();
    co_return why;
}

class autopsy {
public:
    autopsy(std::string told, counters before, counters after)
        : told_(std::move(told)),
          answers_(static_cast<std::ptrdiff_t>(after.answers - before.answers)),
          commits_(static_cast<std::ptrdiff_t>(after.commits - before.commits)) {}

    [[nodiscard]] const std::string& told() const noexcept { return told_; }

    /// Whether the provider has answered what could not be kept.
    [[nodiscard]] bool unavoidable() const noexcept { return answers_ == commits_ + 1; }

    /// What was told, what the provider saw and what the store has fit together, whatever the moment of death.
    void check_order() const {
        CHECK(answers_ >= count(mark::answered));
        CHECK(answers_ <= count(mark::asking));
        CHECK(commits_ >= count(mark::committed));
        CHECK(commits_ <= count(mark::committing));
        CHECK(count(mark::refreshed) <= count(mark::committed));  // nobody sees what the store does not have
        CHECK((answers_ == commits_ || (unavoidable() && (at() == answered || at() == committing))));
    }

    [[nodiscard]] phase at() const noexcept {
        switch (told_.empty() ? mark{} : static_cast<mark>(told_.back())) {
            case mark::loading:
            case mark::leasing:
                return before_sending;
            case mark::asking:
                return unavoidable() ? answered : sent;
            case mark::answered:
                return answered;
            case mark::committing:
                return unavoidable() ? committing : written;
            case mark::committed:
            case mark::refreshed:
                return committed;
        }
        return starting;
    }

private:
    [[nodiscard]] std::ptrdiff_t count(mark what) const noexcept {
        return std::count(told_.begin(), told_.end(), static_cast<char>(what));
    }

    std::string told_;
    std::ptrdiff_t answers_;
    std::ptrdiff_t commits_;
};

/// A moment to kill at: some way into the start or the first three refreshes, right then or a little later.
class moments {
public:
    std::size_t marks() { return static_cast<std::size_t>(std::max(marks_(random_), 0)); }

    std::chrono::microseconds later(std::size_t marks) {
        const std::chrono::microseconds longest = marks == 0 ? 25ms : 2ms;
        const std::chrono::duration<double> chosen = longest * share_(random_);
        return std::max(std::chrono::duration_cast<std::chrono::microseconds>(chosen), 0us);
    }

private:
    std::mt19937 random_{std::random_device{}()};
    std::uniform_int_distribution<int> marks_{-1, 21};         // each refresh tells seven
    std::uniform_real_distribution<double> share_{-0.5, 1.0};  // below zero: at once
};

}  // namespace

TEST_CASE("the login of a process that is killed while it refreshes is not lost") {
    provider_world all;
    all.server.set_behaviour("hike", {.token_lifetime = 30s});
    REQUIRE(all.run(log_in_anew(all)));
    const int kills = number_of_kills();
    moments random;
    int usable = 0;
    int unavoidable = 0;
    int lost = 0;
    std::array<int, phases> seen{};
    for (int done = 0; done < kills; ++done) {
        const counters before = all.run(look(all));
        child worker{all.context.get_executor(), all.arguments("refresh")};
        const std::size_t marks = random.marks();
        std::string told = all.run(killed(all, worker, marks, random.later(marks)));
        const int status = worker.status();
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(WTERMSIG(status) == SIGKILL);
        all.settle();
        const autopsy found{std::move(told), before, all.run(look(all))};
        INFO("told: " << found.told());
        found.check_order();
        ++seen[found.at()];

        const std::optional<coauth::failure> why = all.run(refresh_after_lease(all));
        if (!why) {
            CHECK_FALSE(found.unavoidable());
            ++usable;
            continue;
        }
        CHECK_MESSAGE(found.unavoidable(), why->message());
        CHECK_MESSAGE(coauth::needs_login(*why), why->message());
        ++(found.unavoidable() ? unavoidable : lost);
        REQUIRE(all.run(log_in_anew(all)));
    }
    std::ostringstream where;
    for (std::size_t each = 0; each < phases; ++each) {
        where << (each == 0 ? "" : ", ") << phase_names[each] << ' ' << seen[each];
        CHECK((seen[each] > 0 || kills < usual_kills));
    }
    MESSAGE(kills << " kills: " << usable << " usable at once, " << unavoidable
                  << " unavoidable (answered, and not committed yet), " << lost << " lost");
    MESSAGE("killed at: " << where.str());
    CHECK(lost == 0);
}
