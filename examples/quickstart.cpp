// A login at HitKey: prints where to go, reads where the browser came back to, and says who that was.
#include <coauth/coauth.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>

namespace asio = boost::asio;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

asio::awaitable<void> log_in(coauth::client hitkey) {
    const coauth::authorization login = hitkey.authorize({.scopes = {"openid", "profile", "email"}});
    std::cout << "Open this in a browser:\n\n    " << login.url
              << "\n\nand paste the address it ends at: " << std::flush;
    std::string callback;
    std::getline(std::cin, callback);

    const coauth::grant grant = hitkey.read_callback(login, callback);  // the state is checked here
    coauth::token token = co_await hitkey.exchange(grant);
    const coauth::identity who = co_await hitkey.userinfo(token);
    std::cout << "Hello, " << who.name.value_or(who.subject) << "!\n";

    token = co_await hitkey.refresh(token);
    std::cout << "The token was refreshed; keep it secret, keep it safe.\n";
}

int main() {
    asio::io_context context;
    coauth::connection_pool pool{context.get_executor()};
    const coauth::client hitkey{pool,
                                coauth::provider::builtin("hitkey"),
                                {.client_id = environment("HITKEY_CLIENT_ID"),
                                 .client_secret = coauth::secret{environment("HITKEY_CLIENT_SECRET")},
                                 .redirect_uri = "https://app.example/callback"}};

    int status = 0;
    asio::co_spawn(context, log_in(hitkey), [&](std::exception_ptr failed) {
        pool.close();
        try {
            if (failed) {
                std::rethrow_exception(failed);
            }
        } catch (const std::exception& why) {
            std::cerr << why.what() << '\n';
            status = 1;
        }
    });
    context.run();
    return status;
}
