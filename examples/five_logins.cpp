// Logs in at all five providers of the sandbox over TLS and prints what happened; then 2,000 logins at once.
#include <coauth/coauth.hpp>
#include <coauth/sandbox/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <future>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int many = 2'000;
constexpr int at_once = 64;

/// The sandbox on a thread of its own, so that its work is not counted as ours.
class sandbox_thread {
public:
    [[nodiscard]] const coauth::sandbox::server& server() const { return server_; }

    ~sandbox_thread() {
        server_.stop();
        context_.stop();
        thread_.join();
    }

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    coauth::sandbox::server server_{context_.get_executor()};
    std::thread thread_{[this] { context_.run(); }};
};

coauth::pool_options pool_for(const coauth::sandbox::server& sandbox) {
    coauth::pool_options options;
    options.tls.ca_pem = sandbox.ca_pem();
    options.connect_to = sandbox.connect_to();
    return options;
}

coauth::client client_for(const std::string& provider, coauth::transport& via) {
    return coauth::client{via,
                          coauth::provider::builtin(provider),
                          {.client_id = "sandbox-client",
                           .client_secret = coauth::secret{"sandbox-secret"},
                           .redirect_uri = "https://app.example/callback"}};
}

/// What the browser does: it opens the URL, the user says yes, and the provider sends it back. Returns where to.
asio::awaitable<std::string> browse(coauth::transport& via, std::string url) {
    coauth::http_request request{"GET", url};
    request.add_header("X-Sandbox-Decision", "allow");
    const coauth::http_response answer = co_await via.send(std::move(request));
    co_return std::string(answer.header("Location").value_or("no redirect"));
}

struct outcome {
    std::string provider;
    std::string steps;
    std::string subject = "(not told)";
    coauth::pool_statistics connections;
    std::chrono::milliseconds took{};
};

/// Every step that the provider has, one after the other.
asio::awaitable<outcome> log_in(std::string provider, const coauth::sandbox::server& sandbox) {
    coauth::connection_pool pool{co_await asio::this_coro::executor, pool_for(sandbox)};
    const coauth::client client = client_for(provider, pool);
    const auto begin = std::chrono::steady_clock::now();
    outcome out;
    out.provider = client.profile().title();

    const coauth::authorization login = client.authorize();
    const std::string callback = co_await browse(pool, login.url);
    const coauth::grant grant = client.read_callback(login, callback);
    coauth::token token = co_await client.exchange(grant);
    out.steps = grant.issued ? "authorize callback" : "authorize callback exchange";

    if (client.profile().has("userinfo")) {
        const coauth::identity who = co_await client.userinfo(token);
        out.subject = who.subject;
        out.steps += " userinfo";
    }
    if (client.profile().has("refresh")) {
        token = co_await client.refresh(token);
        out.steps += " refresh";
    }
    if (client.profile().has("validate")) {
        const coauth::validation seen = co_await client.validate(token);
        out.steps += seen.active ? " validate" : " validate(inactive!)";
    }
    if (client.profile().has("list_apps")) {
        const boost::json::value apps = co_await client.call("list_apps", {{"user", out.subject}}, token);
        out.steps += " list_apps";
    }
    if (client.profile().has("revoke")) {
        coauth::parameters arguments;
        if (!client.profile().arguments("revoke").empty() && client.profile().arguments("revoke").front() == "user") {
            arguments.add("user", out.subject);
        }
        co_await client.revoke(token, arguments);
        out.steps += " revoke";
    }
    out.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    out.connections = pool.statistics();
    co_return out;
}

void print(const outcome& each) {
    std::printf("%-9s%-38s%7llu%7llu%8llu%6lld  %s\n", each.provider.c_str(), each.subject.c_str(),
                static_cast<unsigned long long>(each.connections.opened),
                static_cast<unsigned long long>(each.connections.reused),
                static_cast<unsigned long long>(each.connections.resumed), static_cast<long long>(each.took.count()),
                each.steps.c_str());
}

void log_in_everywhere(const coauth::sandbox::server& sandbox) {
    std::printf("\n%-9s%-38s%7s%7s%8s%6s  %s\n", "provider", "identity", "opened", "reused", "resumed", "ms",
                "steps done");
    for (const std::string& provider : coauth::sandbox::server::providers()) {
        asio::io_context context{1};
        std::future<outcome> done = asio::co_spawn(context, log_in(provider, sandbox), asio::use_future);
        context.run();
        print(done.get());
    }
}

/// One login that a browser has already approved, waiting to be finished.
struct approved {
    const coauth::client* client = nullptr;
    coauth::authorization login;
    std::string callback;
};

struct crowd {
    std::vector<approved> logins;
    std::size_t next = 0;
    int done = 0;
};

void show_progress(const char* what, int done) {
    if (isatty(STDERR_FILENO) != 0 && done % 20 == 0) {
        std::fprintf(stderr, "\r%-10s [%-40.*s] %5d/%d%s", what, 40 * done / many,
                     "########################################", done, many, done == many ? "\n" : "");
    }
}

asio::awaitable<void> approve_some(crowd& all, coauth::transport& via) {
    while (all.next < all.logins.size()) {
        approved& mine = all.logins[all.next++];
        mine.login = mine.client->authorize();
        mine.callback = co_await browse(via, mine.login.url);
        show_progress("approving", ++all.done);
    }
}

asio::awaitable<void> finish_some(crowd& all) {
    while (all.next < all.logins.size()) {
        const approved& mine = all.logins[all.next++];
        const coauth::grant grant = mine.client->read_callback(mine.login, mine.callback);
        const coauth::token token = co_await mine.client->exchange(grant);
        if (mine.client->profile().has("userinfo")) {
            const coauth::identity who = co_await mine.client->userinfo(token);
        }
        show_progress("logging in", ++all.done);
    }
}

double thread_cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Runs `at_once` of what `start` makes, on this thread, until all have ended; throws their first failure.
template <class Start>
void run_together(asio::io_context& context, Start start) {
    int running = at_once;
    std::exception_ptr first;
    for (int i = 0; i < at_once; ++i) {
        asio::co_spawn(context, start(), [&](std::exception_ptr failed) {
            if (failed && !first) {
                first = failed;
            }
            if (--running == 0) {
                context.stop();
            }
        });
    }
    context.run();
    context.restart();
    if (first) {
        std::rethrow_exception(first);
    }
}

void log_in_many(const coauth::sandbox::server& sandbox) {
    asio::io_context context{1};
    coauth::connection_pool pool{context.get_executor(), pool_for(sandbox)};
    std::vector<coauth::client> clients;
    for (const std::string& provider : coauth::sandbox::server::providers()) {
        clients.push_back(client_for(provider, pool));
    }
    crowd all;
    for (std::size_t i = 0; i < many; ++i) {
        all.logins.push_back({&clients[i % clients.size()], {}, {}});
    }
    run_together(context, [&] { return approve_some(all, pool); });

    all.next = 0;
    all.done = 0;
    const std::uint64_t requests_before = pool.statistics().requests;
    const double cpu_before = thread_cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    run_together(context, [&] { return finish_some(all); });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const double cpu = thread_cpu_seconds() - cpu_before;
    std::printf(
        "\n%d logins, %d at once: %.0f a second, %.0f us of CPU each without the sandbox's share, %llu requests\n",
        many, at_once, many / took.count(), cpu / many * 1e6,
        static_cast<unsigned long long>(pool.statistics().requests - requests_before));
}

}  // namespace

int main() {
    try {
        const sandbox_thread sandbox;
        std::printf("The sandbox serves five providers on 127.0.0.1:%u\n", unsigned{sandbox.server().port()});
        log_in_everywhere(sandbox.server());
        log_in_many(sandbox.server());
        return 0;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "%s\n", why.what());
        return 1;
    }
}
