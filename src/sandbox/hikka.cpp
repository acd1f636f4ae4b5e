#include "provider.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view front = "hikka.io";
constexpr std::string_view api = "api.hikka.io";
constexpr auto reference_lifetime = 1min;
constexpr std::chrono::seconds documented_lifetime{3600};

// The running service gives a token half an hour until its first use, and thirty days from each use on.
constexpr std::chrono::seconds unused_lifetime{30min};
constexpr std::chrono::seconds used_lifetime{24h * 30};

std::int64_t unix_seconds(clock::wall_time when) {
    return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

response error_response(unsigned status, std::string_view message, std::string_view code) {
    return json_response(status, json::object{{"message", message}, {"code", code}});
}

/// What a token is known by without being told.
std::string token_reference(std::string_view secret) {
    const auto digest = sha256(secret);
    return "tok_" + base64url({reinterpret_cast<const char*>(digest.data()), 12});
}

json::array scope_array(std::string_view scope) {
    json::array list;
    while (!scope.empty()) {
        const std::string_view one = scope.substr(0, scope.find(','));
        scope.remove_prefix(std::min(one.size() + 1, scope.size()));
        if (!one.empty())
            list.emplace_back(one);
    }
    return list;
}

class hikka final : public provider {
public:
    explicit hikka(std::shared_ptr<const clock> time) : provider("hikka", "Hikka", std::move(time)) {
        serve_authorize_page(front, "/oauth", [this](const call& received) { return authorize(received); });
        serve(api, "POST", "/auth/token", [this](const call& received) { return exchange(received); });
        serve(api, "GET", "/auth/token/info", [this](const call& received) { return token_info(received); });
        serve(api, "DELETE", "/auth/token/:token_reference", [this](const call& received) { return revoke(received); });
        serve(api, "GET", "/user/me", [this](const call& received) { return user_me(received); });
    }

private:
    response authorize(const call& received) {
        // The document's list says `reference`, its sample URL `client`.
        const bool listed = received.query.contains("reference");
        const application& asking = known_application(required(received.query, listed ? "reference" : "client"));
        grant wanted;
        wanted.client_id = asking.client_id;
        wanted.redirect_uri = asking.redirect_uris.front();
        wanted.scope = optional(received.query, "scope");
        return ask(received, std::move(wanted));
    }

    std::string allowed(std::shared_ptr<grant> given) override {
        const std::string callback = given->redirect_uri;
        return with_query(callback, "reference", requests_.add({std::move(given), now(), now() + reference_lifetime}));
    }

    std::string denied(const grant& wanted) override {
        return with_query(wanted.redirect_uri, "error", "access_denied");
    }

    response describe(const malformed_request& error) const override {
        return error_response(error.status, error.what(),
                              error.status == 404 ? "system:not_found" : "system:validation_error");
    }

    response exchange(const call& received) {
        const fields body = read_json(received.received);
        const std::string& reference = required(body, "request_reference");
        const std::string& client_secret = required(body, "client_secret");
        credential* asked = requests_.find(reference);
        if (!asked || asked->used)
            return error_response(400, "Auth token request is invalid", "auth:invalid_token_request");
        if (asked->expired(now()))
            return error_response(400, "Auth token request has expired", "auth:token_request_expired");
        const application* asking = find_application(asked->of->client_id);
        if (!asking || !equal_in_constant_time(asking->client_secret, client_secret))
            return error_response(400, "Client credentials are invalid", "auth:invalid_client_credentials");
        asked->used = true;
        return issue(asked->of);
    }

    response issue(std::shared_ptr<grant> given) {
        const auto lifetime = token_lifetime(knobs().live_dialect ? unused_lifetime : documented_lifetime);
        const std::string scope = given->scope;
        const std::string secret = tokens_.add({std::move(given), now(), now() + lifetime});
        if (knobs().live_dialect)
            return json_response(200, json::object{{"secret", secret},
                                                   {"created", unix_seconds(now())},
                                                   {"expiration", unix_seconds(now() + lifetime)}});
        return json_response(200, json::object{{"secret", secret},
                                               {"token_reference", token_reference(secret)},
                                               {"expires_in", lifetime.count()},
                                               {"scope", scope}});
    }

    /// The token of the `Auth` header; ends the request where it is missing, wrong or expired.
    credential& authenticate(const call& received) {
        const std::string* secret = received.received.header("Auth");
        if (!secret || secret->empty())
            throw refusal{error_response(400, "Auth token is missing", "auth:missing_token")};
        const unsigned status = knobs().live_dialect ? 400 : 401;
        credential* found = tokens_.find(*secret);
        if (!found || found->of->revoked)
            throw refusal{error_response(status, "Auth token is invalid", "auth:invalid_token")};
        if (found->expired(now()))
            throw refusal{error_response(status, "Token has expired", "auth:token_expired")};
        if (knobs().live_dialect) {
            found->used = true;
            found->expires_at = now() + token_lifetime(used_lifetime);
        }
        return *found;
    }

    response user_me(const call& received) {
        const user& subject = *authenticate(received).of->subject;
        return json_response(200, json::object{{"reference", subject.uuid},
                                               {"updated", 1756282464},
                                               {"created", 1712125598},
                                               {"description", nullptr},
                                               {"username", subject.login},
                                               {"cover", nullptr},
                                               {"active", true},
                                               {"avatar", "https://cdn.hikka.io/avatar.jpg"},
                                               {"role", "user"},
                                               {"email", subject.email}});
    }

    response token_info(const call& received) {
        const credential& token = authenticate(received);
        const application* holder = find_application(token.of->client_id);
        return json_response(
            200, json::object{{"reference", token_reference(*received.received.header("Auth"))},
                              {"created", unix_seconds(token.issued_at)},
                              {"client", json::object{{"reference", token.of->client_id},
                                                      {"name", holder ? holder->name : std::string{}},
                                                      {"description", holder ? holder->description : std::string{}}}},
                              {"scope", scope_array(token.of->scope)},
                              {"expiration", unix_seconds(*token.expires_at)},
                              {"used", unix_seconds(now())}});
    }

    response revoke(const call& received) {
        credential& token = authenticate(received);
        if (knobs().live_dialect)
            return error_response(403, "You don't have permission for this action", "permission:denied");
        if (received.path.at("token_reference") != token_reference(*received.received.header("Auth")))
            return error_response(404, "Auth token is not found", "auth:token_not_found");
        token.of->revoked = true;
        return json_response(200, json::object{{"success", true}});
    }

    ledger requests_;
    ledger tokens_;
};

}  // namespace

std::unique_ptr<provider> make_hikka(std::shared_ptr<const clock> time) {
    return std::make_unique<hikka>(std::move(time));
}

}  // namespace coauth::sandbox
