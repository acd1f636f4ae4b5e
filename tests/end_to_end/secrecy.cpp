#include "tests/end_to_end/world.hpp"

#include <doctest/doctest.h>

#include <ranges>
#include <set>

using coauth::test::world;

namespace {

/// Keeps everything that a pool shows.
class recorder final : public coauth::observer {
public:
    void request_started(const coauth::request_event& event) override { keep(event); }
    void connection_opened(const coauth::connection_event& event) override { keep(event); }
    void connection_reused(const coauth::connection_event& event) override { keep(event); }
    void connection_closed(const coauth::connection_event& event, coauth::close_reason reason) override {
        keep(event);
        text += coauth::name_of(reason);
    }
    void request_ended(const coauth::request_event& event, unsigned, const coauth::failure* failed,
                       const coauth::request_durations&) override {
        keep(event);
        if (failed) {
            text += failed->message();
        }
    }

    std::string text;

private:
    void keep(const coauth::request_event& event) {
        for (const std::string_view each : {event.method, event.url, event.provider, event.operation}) {
            text.append(each).append("\n");
        }
    }
    void keep(const coauth::connection_event& event) {
        for (const std::string_view each : {event.origin, event.address, event.tls_version}) {
            text.append(each).append("\n");
        }
    }
};

std::string code_in(const std::string& callback) {
    for (const char* name : {"code=", "request_token=", "reference="}) {
        if (const std::size_t at = callback.find(name); at != std::string::npos) {
            const std::size_t begin = at + std::string_view(name).size();
            return callback.substr(begin, callback.find('&', begin) - begin);
        }
    }
    return {};
}

/// A whole login, and whatever can go wrong with it, all of whose secrets are kept.
class tour {
public:
    explicit tour(const std::string& provider) : all(seen), client(all.client(provider)) {
        const coauth::authorization login = client.authorize();
        const std::string callback = all.browse(login.url);
        keep(code_in(callback));
        const coauth::grant grant = client.read_callback(login, callback);
        token = all.run(client.exchange(grant));
        keep(std::string(token.access_token.reveal()));
        if (token.refresh_token) {
            keep(std::string(token.refresh_token->reveal()));
        }
        keep("sandbox-secret");
        if (!grant.issued) {
            note(client.exchange(grant));  // refused: a code serves once
        }
    }

    /// Lets an operation succeed or fail, and keeps what a failure says.
    template <class T>
    void note(coauth::awaitable<T> operation) {
        try {
            all.run(std::move(operation));
        } catch (const coauth::error& thrown) {
            seen->text.append(thrown.what()).append("\n");
        }
    }

    void keep(std::string secret) {
        if (!secret.empty()) {
            secrets.insert(std::move(secret));
        }
    }

    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    world all;
    coauth::client client;
    coauth::token token;
    std::set<std::string> secrets;
};

}  // namespace

TEST_CASE("nothing that an observer or an error shows holds a secret") {
    for (const std::string& provider :
         coauth::provider::builtin_names() | std::views::transform([](auto name) { return std::string(name); })) {
        CAPTURE(provider);
        tour run(provider);
        run.note(run.client.userinfo(run.token));
        run.note(run.client.refresh(run.token));
        run.note(run.client.validate(run.token));
        run.note(run.client.call("list_apps", {{"user", "ann"}}, run.token));
        run.note(run.client.revoke(run.token, {{"user", "ann"}}));
        run.note(run.client.revoke(run.token));
        run.note(run.client.userinfo(run.token));

        CHECK(run.seen->text.find("https://") != std::string::npos);
        CHECK_FALSE(run.secrets.empty());
        for (const std::string& secret : run.secrets) {
            CHECK(run.seen->text.find(secret) == std::string::npos);
        }
    }
}

TEST_CASE("a provider that echoes what it was sent does not make us print it") {
    tour run("hitkey");
    const std::string access(run.token.access_token.reveal());
    for (const std::string& body : {"{\"error\":\"bad token " + access + "\"}", "the token was " + access,
                                    "{\"error\":{\"token\":\"" + access + "\"}}"}) {
        run.all.server.set_fault("hitkey", "GET /oauth/userinfo", {.status = 401, .body = body});
        run.note(run.client.userinfo(run.token));
    }
    CHECK(run.seen->text.find(access) == std::string::npos);
}
