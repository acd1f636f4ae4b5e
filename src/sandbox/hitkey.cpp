#include "provider.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view front = "hitkey.io";
constexpr std::string_view api = "api.hitkey.io";
constexpr std::string_view api_token = "sandbox-api-token";
constexpr std::string_view all_scopes = "openid profile email";
constexpr auto code_lifetime = 10min;
constexpr std::chrono::seconds documented_lifetime{3600};
constexpr auto refresh_lifetime = 24h * 30;
constexpr auto refresh_lifetime_at_most = 24h * 90;

/// The token endpoint puts a sentence where the standard has a code.
response sentence(unsigned status, std::string_view text) {
    return json_response(status, json::object{{"error", text}});
}

response coded_error(unsigned status, std::string_view text, std::string_view code) {
    return json_response(status, json::object{{"error", text}, {"code", code}});
}

response validation_error(std::string_view field, std::string_view rule, std::string_view message) {
    const json::object problem{{"message", message}, {"rule", rule}, {"field", field}};
    return json_response(422, json::object{{"errors", json::array{problem}}});
}

/// The token of `Authorization: Bearer`, or an empty text.
std::string_view bearer_token(const request& received) {
    const std::string* header = received.header("Authorization");
    const std::string_view value = header ? std::string_view{*header} : std::string_view{};
    return value.starts_with("Bearer ") ? value.substr(7) : std::string_view{};
}

bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::string_view one = list.substr(0, list.find(' '));
        list.remove_prefix(std::min(one.size() + 1, list.size()));
        if (one == word)
            return true;
    }
    return false;
}

bool scopes_are_known(std::string_view list) {
    while (!list.empty()) {
        const std::string_view one = list.substr(0, list.find(' '));
        list.remove_prefix(std::min(one.size() + 1, list.size()));
        if (!has_word("openid profile email project:read", one))
            return false;
    }
    return true;
}

bool is_absolute_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri(text);
    return parsed && parsed->has_authority() && !parsed->has_fragment();
}

json::object claims_of(const user& subject, std::string_view scope) {
    json::object claims{{"sub", subject.uuid}};
    if (has_word(scope, "email")) {
        claims["email"] = subject.email;
        if (subject.email_verified)
            claims["email_verified"] = true;
    }
    if (has_word(scope, "profile")) {
        const std::string name = subject.given_name + " " + subject.family_name;
        claims["name"] = name;
        claims["given_name"] = subject.given_name;
        claims["family_name"] = subject.family_name;
        claims["display_name"] = name;
    }
    return claims;
}

class hitkey final : public provider {
public:
    explicit hitkey(std::shared_ptr<const clock> time) : provider("hitkey", "HitKey", std::move(time)) {
        serve_authorize_page(front, "/", [this](const call& received) { return authorize(received); });
        serve(api, "POST", "/oauth/token", [this](const call& received) { return token(received); });
        serve(api, "GET", "/oauth/userinfo", [this](const call& received) { return userinfo(received); });
        serve(api, "POST", "/oauth/clients", [this](const call& received) { return register_client(received); });
        serve(api, "GET", "/oauth/clients", [this](const call& received) { return list_clients(received); });
    }

private:
    response authorize(const call& received) {
        const application& asking = known_application(required(received.query, "client_id"));
        grant wanted;
        wanted.client_id = asking.client_id;
        wanted.redirect_uri = required(received.query, "redirect_uri");
        require_registered(asking, wanted.redirect_uri);
        wanted.state = required(received.query, "state");
        const std::string_view scope = optional(received.query, "scope");
        wanted.scope = scope.empty() ? all_scopes : scope;
        if (required(received.query, "response_type") != "code")
            return redirect_response(302, refused(wanted, "unsupported_response_type"));
        if (!scopes_are_known(wanted.scope))
            return redirect_response(302, refused(wanted, "invalid_scope"));
        return ask(received, std::move(wanted));
    }

    std::string allowed(std::shared_ptr<grant> given) override {
        const std::string callback = given->redirect_uri;
        const std::string state = given->state.value_or("");
        const std::string code = codes_.add({std::move(given), now(), now() + code_lifetime});
        return with_query(with_query(callback, "code", code), "state", state);
    }

    std::string denied(const grant& wanted) override { return refused(wanted, "access_denied"); }

    static std::string refused(const grant& wanted, std::string_view error) {
        return with_query(with_query(wanted.redirect_uri, "error", error), "state", wanted.state.value_or(""));
    }

    response describe(const malformed_request& error) const override {
        if (!error.field.empty())
            return validation_error(error.field, error.rule, error.what());
        return coded_error(error.status, error.what(), error.status == 404 ? "NOT_FOUND" : "INVALID_REQUEST");
    }

    response token(const call& received) {
        const fields body = read_json(received.received);
        const std::string& grant_type = required(body, "grant_type");
        const application* asking = find_application(required(body, "client_id"));
        if (!asking || !equal_in_constant_time(asking->client_secret, required(body, "client_secret")))
            return sentence(401, "Invalid client credentials");
        if (grant_type == "authorization_code")
            return exchange(*asking, body);
        if (grant_type == "refresh_token")
            return refresh(*asking, body);
        return sentence(400, "Unsupported grant type");
    }

    response exchange(const application& asking, const fields& body) {
        const std::string& code = required(body, "code");
        const std::string& redirect_uri = required(body, "redirect_uri");
        std::shared_ptr<grant> given = redeem(codes_, code, asking.client_id, redirect_uri, now());
        if (!given)
            return sentence(400, "Invalid or expired authorization code");
        const std::string refresh_token = refresh_tokens_.add({given, now(), now() + refresh_lifetime});
        json::object reply = new_access_token(std::move(given));
        reply["refresh_token"] = refresh_token;
        return json_response(200, reply);
    }

    /// The refresh token stays the same; each use gives it thirty days more, up to ninety.
    response refresh(const application& asking, const fields& body) {
        const std::string& text = required(body, "refresh_token");
        credential* found = refresh_tokens_.find(text);
        if (!found || !found->alive(now()) || found->of->client_id != asking.client_id)
            return sentence(400, "Invalid or expired refresh token");
        found->expires_at = std::min(now() + refresh_lifetime, found->issued_at + refresh_lifetime_at_most);
        json::object reply = new_access_token(found->of);
        if (!knobs().omit_refresh_token)
            reply["refresh_token"] = text;
        return json_response(200, reply);
    }

    json::object new_access_token(std::shared_ptr<grant> given) {
        const auto lifetime = token_lifetime(documented_lifetime);
        const std::string scope = given->scope;
        return {{"access_token", access_tokens_.add({std::move(given), now(), now() + lifetime})},
                {"token_type", "Bearer"},
                {"expires_in", lifetime.count()},
                {"scope", scope}};
    }

    response userinfo(const call& received) {
        const credential* found = access_tokens_.find(bearer_token(received.received));
        if (!found || !found->alive(now()))
            return coded_error(401, "Invalid or expired access token", "INVALID_TOKEN");
        return json_response(200, claims_of(*found->of->subject, found->of->scope));
    }

    static void authenticate_developer(const call& received) {
        if (!equal_in_constant_time(bearer_token(received.received), api_token))
            throw refusal{coded_error(401, "Unauthorized access", "UNAUTHORIZED")};
    }

    response register_client(const call& received) {
        authenticate_developer(received);
        const fields body = read_json(received.received);
        application added;
        added.name = required(body, "name");
        added.redirect_uris = {required(body, "redirect_uri")};
        if (!is_absolute_url(added.redirect_uris.front()))
            return validation_error("redirect_uri", "url", "redirect_uri must be an absolute URL without a fragment");
        added.client_id = "client_" + random_text(*system_random(), 12);
        added.client_secret = "secret_" + random_text(*system_random(), 24);
        const json::object reply{{"client_id", added.client_id},
                                 {"client_secret", added.client_secret},
                                 {"name", added.name},
                                 {"redirect_uri", added.redirect_uris.front()}};
        add_application(std::move(added));
        return json_response(201, reply);
    }

    response list_clients(const call& received) {
        authenticate_developer(received);
        json::array list;
        for (const auto& [client_id, one] : applications())
            list.push_back(json::object{{"id", "id_" + client_id},
                                        {"name", one.name},
                                        {"clientId", client_id},
                                        {"redirectUri", one.redirect_uris.empty() ? "" : one.redirect_uris.front()}});
        return json_response(200, list);
    }

    ledger codes_;
    ledger access_tokens_;
    ledger refresh_tokens_;
};

}  // namespace

std::unique_ptr<provider> make_hitkey(std::shared_ptr<const clock> time) {
    return std::make_unique<hitkey>(std::move(time));
}

}  // namespace coauth::sandbox
