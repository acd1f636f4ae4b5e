// The broker before the five providers of the sandbox, over TLS, with a browser that is sent there and back.
#include "tests/end_to_end/world.hpp"

#include <doctest/doctest.h>

#include <map>
#include <variant>

namespace {

using coauth::test::world;
using namespace std::chrono_literals;

/// A site with a button for each provider, and a browser of it.
class site {
public:
    template <class Backend>
    site(world& all, Backend how)
        : all_{all}, broker{all.context.get_executor(), std::move(how), {.clock = all.clock}} {
        for (const std::string& name : coauth::sandbox::server::providers()) {
            coauth::sandbox::application here;
            here.client_id = "site";
            here.client_secret = "site-secret";
            here.redirect_uris = {"https://app.example/callback/" + name};
            all.server.register_application(name, here);
        }
    }

    [[nodiscard]] coauth::client client(const std::string& provider) {
        return coauth::client{all_.pool,
                              coauth::provider::builtin(provider),
                              {.client_id = "site",
                               .client_secret = coauth::secret{"site-secret"},
                               .redirect_uri = "https://app.example/callback/" + provider},
                              {.clock = all_.clock}};
    }

    coauth::pending_login press(const std::string& provider) {
        coauth::pending_login begun =
            broker.begin(client(provider), {.return_to = "/from-" + provider, .cookies = cookies_});
        cookies_ += "; " + begun.cookie();
        return begun;
    }

    /// The provider's consent page, and the browser's way back. A fragment is sent on by the page at the redirect URI.
    std::string come_back(const coauth::pending_login& from, const char* decision = "allow") {
        const std::string callback = all_.browse(from.url(), decision);
        REQUIRE(callback.starts_with("https://app.example/callback/"));
        return callback.substr(std::string_view{"https://app.example"}.size());
    }
    coauth::login_answer answer(const std::string& callback) {
        const std::size_t hash = std::min(callback.find('#'), callback.size());
        const std::string fragment = hash < callback.size() ? callback.substr(hash + 1) : "";
        return all_.run(broker.complete(callback.substr(0, hash), cookies_, fragment));
    }

private:
    world& all_;
    std::string cookies_ = "theme=dark";

public:
    coauth::login_broker broker;
};

template <class Backend>
void log_in_everywhere(Backend how) {
    world all;
    site here{all, std::move(how)};
    std::map<std::string, coauth::pending_login> tabs;
    for (const std::string& name : coauth::sandbox::server::providers()) {
        tabs.emplace(name, here.press(name));
    }
    std::map<std::string, std::string> callbacks;
    for (auto each = tabs.rbegin(); each != tabs.rend(); ++each) {
        callbacks[each->first] = here.come_back(each->second);
    }
    for (const auto& [name, callback] : callbacks) {
        CAPTURE(name);
        const coauth::login_answer answer = here.answer(callback);
        CHECK(answer.status == 303);
        CHECK(answer.location == "/from-" + name);
        REQUIRE(answer.session);
        CHECK(answer.session->key.provider() == name);
        CHECK_FALSE(answer.session->token->access_token.empty());
        CHECK(answer.session->who.has_value() == (name != "hike"));
        CHECK(all.run(tabs.at(name).completed()) == answer.session);
        CHECK(here.answer(callback).status == 400);
    }
    CHECK(here.broker.statistics().completed == 5);
    CHECK(all.server.calls("hitkey", "POST /oauth/token") == 1);
}

template <class Backend>
void be_denied_everywhere(Backend how) {
    world all;
    site here{all, std::move(how)};
    for (const char* name : {"hike", "hitbox", "hitkey", "vk"}) {  // Hikka does not send a browser back then
        CAPTURE(name);
        const coauth::pending_login login = here.press(name);
        const coauth::login_answer answer = here.answer(here.come_back(login, "deny"));
        CHECK(answer.status == 403);
        REQUIRE(answer.why);
        CHECK(answer.why->code == coauth::errc::access_denied);
    }
    CHECK(here.broker.statistics().completed == 0);
}

coauth::sealed_logins sealed() {
    return coauth::sealed_logins{coauth::key_ring::parse(coauth::key_ring::generate("k1")).value()};
}

}  // namespace

TEST_CASE("five logins in five tabs of one browser, each at its provider, through the broker") {
    log_in_everywhere(coauth::kept_logins{});
    log_in_everywhere(sealed());
}

TEST_CASE("a user who says no is told so by the broker, wherever the provider sends him back") {
    be_denied_everywhere(coauth::kept_logins{});
    be_denied_everywhere(sealed());
}

TEST_CASE("a login that one process began and another finished, at each of the five") {
    world all;
    const coauth::sealed_logins keys = sealed();
    site begins{all, keys};
    coauth::login_broker finishes{all.context.get_executor(), keys, {.clock = all.clock}};
    for (const std::string& name : coauth::sandbox::server::providers()) {
        CAPTURE(name);
        finishes.serve(begins.client(name));
        const coauth::pending_login login = begins.press(name);
        const std::string callback = begins.come_back(login);
        const std::size_t hash = std::min(callback.find('#'), callback.size());
        const coauth::login_answer answer = all.run(finishes.complete(
            callback.substr(0, hash), login.cookie(), callback.substr(std::min(hash + 1, callback.size()))));
        CHECK(answer.status == 303);
        CHECK(answer.session);
    }
    CHECK(finishes.statistics().completed == 5);
}
