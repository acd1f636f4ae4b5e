// coauth, through its public interface: HitKey's profile, with the exchange as RFC 6749 has it (a form, and PKCE).
#include "contest.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <malloc.h>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

coauth::provider::profile profile(const contest::orders& given) {
    json::value described = json::parse(coauth::provider::builtin_json("hitkey"));
    described.at_pointer("/authorization/pkce") = "S256";
    described.at_pointer("/authorization/parameters").as_object()["code_challenge"] = "{code_challenge}";
    json::object& exchange = described.at_pointer("/operations/exchange").as_object();
    json::object form = exchange.at("json").as_object();
    form["code_verifier"] = "{code_verifier}";
    exchange.erase("json");
    exchange["form"] = std::move(form);
    exchange["url"] = contest::origin(given) + "/oauth/token";
    described.at_pointer("/operations/userinfo/url") = contest::origin(given) + "/oauth/userinfo";
    return coauth::provider::load(json::serialize(described), "hitkey");
}

coauth::pool_options limits(const contest::orders& given) {
    coauth::pool_options options;
    options.tls.ca_file = given.ca_file;
    options.max_connections_per_origin = given.connections;
    options.release_idle_buffers = given.release;
    options.max_waiting_per_origin =
        std::max(options.max_waiting_per_origin, given.logins);  // at a fixed rate, who has to wait is late
    return options;
}

void rethrow(std::exception_ptr thrown) {
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

/// What the user's server has when the browser is back.
coauth::grant granted() {
    coauth::grant received{coauth::secret{contest::code}};
    received.code_verifier = coauth::secret{contest::code_verifier};
    received.redirect_uri = contest::redirect_uri;
    return received;
}

class contestant {
public:
    explicit contestant(contest::orders orders) : given_{std::move(orders)} {}

    void run(contest::course& logins) {
        logins.start();
        if (given_.rate > 0) {
            asio::co_spawn(context_, keep_pace(logins), rethrow);
        } else {
            for (std::size_t each = 0; each < given_.in_flight; ++each) {
                asio::co_spawn(context_, one_after_another(logins), rethrow);
            }
        }
        context_.restart();
        std::vector<std::jthread> further;
        for (std::size_t each = 1; each < given_.threads; ++each) {
            further.emplace_back([this] { context_.run(); });
        }
        context_.run();
        further.clear();
        logins.stop();
    }

    [[nodiscard]] coauth::pool_statistics statistics() const { return pool_.statistics(); }

private:
    // No coroutine of its own, so that the grant does not stand in the frame of one: Asio has frames below 1 KiB ready.
    asio::awaitable<coauth::token> exchange() const { return hitkey_.exchange(granted()); }

    asio::awaitable<void> log_in() {
        coauth::token token = co_await exchange();
        if (token.access_token.reveal().size() != contest::access_token_length || !token.refresh_token) {
            contest::fail("another token came");
        }
        const coauth::identity who = co_await hitkey_.userinfo(std::move(token));
        if (who.subject != contest::subject) {
            contest::fail("another user came");
        }
    }

    asio::awaitable<void> one_after_another(contest::course& logins) {
        while (logins.take()) {
            const auto begun = contest::clock::now();
            co_await log_in();
            logins.done(begun);
        }
    }

    asio::awaitable<void> one(contest::course& logins, contest::clock::time_point due) {
        co_await log_in();
        logins.done(due);
    }

    /// Begins logins when they are due, whatever became of those before.
    asio::awaitable<void> keep_pace(contest::course& logins) {
        contest::schedule due{given_.rate};
        asio::steady_timer timer{co_await asio::this_coro::executor};
        for (;;) {
            for (; due.next() <= contest::clock::now(); due.advance()) {
                if (!logins.take()) {
                    co_return;
                }
                asio::co_spawn(context_, one(logins, due.next()), rethrow);
            }
            timer.expires_at(due.next());
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    contest::orders given_;
    asio::io_context context_{static_cast<int>(given_.threads)};
    coauth::connection_pool pool_{context_.get_executor(), limits(given_)};
    const coauth::client hitkey_{pool_,
                                 profile(given_),
                                 {.client_id = contest::client_id,
                                  .client_secret = coauth::secret{contest::client_secret},
                                  .redirect_uri = contest::redirect_uri}};
};

/// The resident memory of a connection that waits in the pool: of many, against one.
void measure_idle(contest::orders given) {
    given.connections = given.idle;
    given.in_flight = 1;
    contestant one{given};
    contest::course first{1};
    one.run(first);
    malloc_trim(0);
    const std::size_t before = contest::memory("VmRSS");

    given.in_flight = given.idle;
    contestant many{given};
    contest::course all{given.idle * 2};
    many.run(all);
    malloc_trim(0);
    const std::size_t after = contest::memory("VmRSS");
    const std::size_t idle = many.statistics().idle;
    std::printf(R"({"client":"coauth","idle_connections":%zu,"kib_each":%.1f})"
                "\n",
                idle, static_cast<double>(after - before) / static_cast<double>(idle));
}

}  // namespace

int main(int argc, char** argv) {
    const contest::orders given = contest::read_orders(argc, argv);
    if (given.idle != 0) {
        measure_idle(given);
        return 0;
    }
    contestant all{given};
    contest::course warm_up{given.warm_up};
    all.run(warm_up);
    contest::course measured{given.logins};
    all.run(measured);
    measured.print("coauth", given);
}
