// The numbers of the login broker: what a login under way costs in memory, and what beginning and completing it costs
// of the CPU.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"

#include <coauth/login/login_broker.hpp>
#include <coauth/provider/catalog.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <malloc.h>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coauth::bench {
namespace {

/// A provider without a network, which grants every code.
class granting_provider final : public transport {
public:
    awaitable<http_response> send(http_request request) override {
        http_response reply{200, request.operation == "exchange" ? granted : known};
        reply.add_header("Content-Type", "application/json");
        co_return reply;
    }

private:
    const std::string granted = R"({"access_token":"access-000000000000000000000000","token_type":"Bearer",)"
                                R"("refresh_token":"refresh-00000000000000000000000","expires_in":3600})";
    const std::string known = R"({"sub":"7000000000","email":"ann@example.com","name":"Ann"})";
};

using backend = std::variant<kept_logins, sealed_logins>;

backend sealed() {
    return sealed_logins{key_ring::parse(key_ring::generate("first")).value()};
}

/// A broker, a client, and the logins that are under way.
struct setting {
    explicit setting(backend how)
        : broker{std::visit(
              [&](auto chosen) {
                  return std::make_unique<login_broker>(context.get_executor(), std::move(chosen), login_options{});
              },
              std::move(how))} {}

    boost::asio::io_context context{1};
    granting_provider provider;
    client hitkey{provider,
                  provider::builtin("hitkey"),
                  {.client_id = "game",
                   .client_secret = secret{"client-secret"},
                   .redirect_uri = "https://game.example/callback/hitkey"}};
    std::unique_ptr<login_broker> broker;
};

/// A client's address: each has one login.
std::string address(std::size_t number) {
    return "10." + std::to_string(number >> 16U) + "." + std::to_string((number >> 8U) & 255U) + "." +
           std::to_string(number & 255U);
}

/// What a browser brings back.
struct visit {
    std::string target;
    std::string cookie;
};

/// What is left of a login outside: the state at the provider, the cookie in the browser.
struct away {
    std::string state;
    std::string cookie;
};

away sent_by(const pending_login& login) {
    const std::string& url = login.url();
    const std::size_t at = url.find("state=") + 6;
    return {url.substr(at, url.find('&', at) - at), login.cookie()};
}

visit visit_of(away sent) {
    return {"/callback/hitkey?code=SplxlOBeZQQYbYS6WxSbIA&state=" + sent.state, std::move(sent.cookie)};
}

enum class held { nothing, waiter, waiter_and_handle };

void memory(const std::string& name, backend how, std::size_t count, held what) {
    heading("Memory: " + std::to_string(count) + " logins under way, " + name);
    const bool is_sealed = std::holds_alternative<sealed_logins>(how);
    setting at{std::move(how)};
    std::vector<pending_login> logins;
    logins.reserve(count);
    std::size_t ended = 0;
    malloc_trim(0);
    const double heap = allocated();
    const double pages = resident();
    for (std::size_t each = 0; each < count; ++each) {
        pending_login login = at.broker->begin(at.hitkey, {.address = address(each)});
        if (what != held::nothing) {
            boost::asio::co_spawn(at.context, login.completed(),
                                  [&](const std::exception_ptr&, const login_session_ptr&) { ++ended; });
        }
        if (what == held::waiter_and_handle) {
            logins.push_back(std::move(login));
        }
    }
    at.context.poll();
    const auto all = static_cast<double>(count);
    const double each = (allocated() - heap) / all;
    what == held::waiter_and_handle ? told("each (heap in use)", each, "bytes")
                                    : at_most("each (heap in use)", 2048, each, "bytes");
    told("each (resident)", (resident() - pages) / all, "bytes");
    exactly("of them under way", what == held::nothing && is_sealed ? 0 : count, at.broker->statistics().under_way);
}

awaitable<void> complete_all(login_broker& broker, std::vector<visit>& visits) {
    for (visit& each : visits) {
        const login_answer answer = co_await broker.complete(std::move(each.target), std::move(each.cookie));
        if (answer.status != 303) {
            throw std::runtime_error("a login was not completed");
        }
    }
}

/// The same steps without a broker: what the provider's part of a login costs.
awaitable<void> steps(const client& with, std::size_t count) {
    for (std::size_t each = 0; each < count; ++each) {
        grant brought{secret{"SplxlOBeZQQYbYS6WxSbIA"}};
        token fresh = co_await with.exchange(std::move(brought));
        const identity who = co_await with.userinfo(std::move(fresh));
        if (who.subject.empty()) {
            throw std::runtime_error("nobody logged in");
        }
    }
}

struct spending {
    std::vector<double> begin, complete, floor, both;
};

void complete_once(const backend& how, std::size_t count, spending& into) {
    setting at{how};
    std::vector<away> sent;
    sent.reserve(count);
    const double start = thread_time();
    for (std::size_t each = 0; each < count; ++each) {
        sent.push_back(sent_by(at.broker->begin(at.hitkey, {.address = address(each)})));
    }
    const double begin = thread_time() - start;
    std::vector<visit> visits;  // the provider's and the browser's part: not ours to count
    visits.reserve(count);
    std::transform(std::make_move_iterator(sent.begin()), std::make_move_iterator(sent.end()),
                   std::back_inserter(visits), visit_of);
    const double begun = thread_time();
    run(at.context, complete_all(*at.broker, visits));
    const double complete = thread_time() - begun;
    const double completed = thread_time();
    run(at.context, steps(at.hitkey, count));
    const double floor = thread_time() - completed;
    const auto all = static_cast<double>(count) * 1000;
    into.begin.push_back(begin / all);
    into.complete.push_back(complete / all);
    into.floor.push_back(floor / all);
    into.both.push_back((begin + complete - floor) / all);
}

void cost(const std::string& name, const backend& how, std::size_t count) {
    constexpr std::size_t least_rounds = 5;
    constexpr std::size_t least_logins = 10'000;  // a few hundred take no longer than the machine's moods
    const std::size_t rounds = std::max(least_rounds, least_logins / count);
    heading("CPU: begin and complete, " + name + ", with " + std::to_string(count) + " under way, medians of " +
            std::to_string(rounds) + " rounds");
    spending what;
    for (std::size_t round = 0; round < rounds; ++round) {
        complete_once(how, count, what);
    }
    told("begin", median(std::move(what.begin)), "us");
    told("complete, exchange and userinfo in it", median(std::move(what.complete)), "us");
    told("exchange and userinfo alone, answered at once", median(std::move(what.floor)), "us");
    at_most("begin + complete, without exchange and userinfo", 20, median(std::move(what.both)), "us");
}

}  // namespace
}  // namespace coauth::bench

int main(int count, char** words) {
    using namespace coauth::bench;
    scale how_much;
    for (int each = 1; each < count; ++each) {
        if (std::string_view{words[each]} != "--quick") {
            std::puts("usage: benchmark_login [--quick]");
            return 2;
        }
        how_much.quick = true;
    }
    const std::size_t logins = how_much.of(100'000, 10'000);
    const coauth::kept_logins many{.max_logins = 200'000};
    memory("kept, nobody waits", many, logins, held::nothing);
    memory("kept, each awaited, their handles let go of", many, logins, held::waiter);
    memory("kept, each awaited, with its handle: URL and cookie", many, logins, held::waiter_and_handle);
    memory("sealed, nobody waits", sealed(), logins, held::nothing);
    memory("sealed, each awaited, their handles let go of", sealed(), logins, held::waiter);
    memory("sealed, each awaited, with its handle: URL and cookie", sealed(), logins, held::waiter_and_handle);
    for (const std::size_t each : {std::size_t{100}, std::size_t{10'000}, logins}) {
        cost("kept", many, each);
        cost("sealed", sealed(), each);
    }
    return missed() ? 1 : 0;
}
