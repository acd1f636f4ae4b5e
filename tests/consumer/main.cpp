// What a user's first program may look like; it needs no network.
#include <coauth/coauth.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

int main() {
    boost::asio::io_context context;
    coauth::connection_pool pool{context.get_executor(), {.timeout = std::chrono::seconds{1}}};
    const coauth::client hitkey{
        pool, coauth::provider::builtin("hitkey"), {.client_id = "id", .redirect_uri = "https://app.example/callback"}};

    const coauth::authorization login = hitkey.authorize({.scopes = {"openid"}});
    std::cout << COAUTH_VERSION_STRING << ' ' << login.url.substr(0, login.url.find('?')) << '\n';

    try {
        (void)hitkey.read_callback(login, "/callback?code=c&state=forged");
    } catch (const coauth::error& refused) {
        return refused.reason() == coauth::errc::callback_state_mismatch ? 0 : 1;
    }
    return 1;
}
