#include "provider.hpp"

#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/object.hpp>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view api = "api.hikeup.com";
constexpr auto code_lifetime = 10min;
constexpr std::chrono::seconds documented_lifetime{604800};

response oauth_error(unsigned status, std::string_view error, std::string_view description) {
    return json_response(status, json::object{{"error", error}, {"error_description", description}});
}

class hike final : public provider {
public:
    explicit hike(std::shared_ptr<const clock> time) : provider("hike", "Hike", std::move(time)) {
        serve_authorize_page(api, "/oauth/authorize", [this](const call& received) { return authorize(received); });
        serve(api, "POST", "/oauth/token", [this](const call& received) { return token(received); });
    }

private:
    response authorize(const call& received) {
        const application& asking = known_application(required(received.query, "client_id"));
        grant wanted;
        wanted.client_id = asking.client_id;
        wanted.redirect_uri = required(received.query, "redirect_uri");
        require_registered(asking, wanted.redirect_uri);
        if (const std::string_view state = optional(received.query, "state"); !state.empty())
            wanted.state = state;
        wanted.scope = required(received.query, "scope");
        if (required(received.query, "response_type") != "code")
            return redirect_response(302, with_query(wanted.redirect_uri, "error", "unsupported_response_type"));
        if (wanted.scope != "all")
            return redirect_response(302, with_query(wanted.redirect_uri, "error", "invalid_scope"));
        return ask(received, std::move(wanted));
    }

    std::string allowed(std::shared_ptr<grant> given) override {
        const std::string callback = given->redirect_uri;
        const std::optional<std::string> state = given->state;
        const std::string code = codes_.add({std::move(given), now(), now() + code_lifetime});
        const std::string location = with_query(callback, "code", code);
        return state ? with_query(location, "state", *state) : location;
    }

    /// Without the state, as documented.
    std::string denied(const grant& wanted) override {
        return with_query(wanted.redirect_uri, "error", "access_denied");
    }

    response describe(const malformed_request& error) const override {
        return oauth_error(error.status, "invalid_request", error.what());
    }

    response token(const call& received) {
        const fields body = read_form(received.received);
        const std::string& grant_type = required(body, "grant_type");
        const application* asking = find_application(required(body, "client_id"));
        if (!asking || !equal_in_constant_time(asking->client_secret, required(body, "client_secret")))
            return oauth_error(400, "invalid_client", "The application id or secret is wrong");
        if (grant_type == "authorization_code")
            return exchange(*asking, body);
        if (grant_type == "refresh_token")
            return refresh(*asking, body);
        return oauth_error(400, "unsupported_grant_type", "This grant type is unknown: " + grant_type);
    }

    response exchange(const application& asking, const fields& body) {
        const std::string& code = required(body, "code");
        const std::string& redirect_uri = required(body, "redirect_uri");
        std::shared_ptr<grant> given = redeem(codes_, code, asking.client_id, redirect_uri, now());
        if (!given)
            return oauth_error(400, "invalid_grant",
                               "The code is unknown, expired or used, or the redirect URI differs");
        return issue(std::move(given));
    }

    /// A refresh token is good for one use. One that comes again was stolen from somebody: all of its family ends.
    response refresh(const application& asking, const fields& body) {
        credential* found = refresh_tokens_.find(required(body, "refresh_token"));
        if (!found || !found->alive(now()) || found->of->client_id != asking.client_id)
            return oauth_error(400, "invalid_grant", "The refresh token is unknown or was revoked");
        if (found->used) {
            found->of->revoked = true;
            return oauth_error(400, "invalid_grant", "The refresh token was used before: all its tokens are revoked");
        }
        found->used = true;
        return issue(found->of);
    }

    /// No documented endpoint takes the access token, so nothing has to be known of it later.
    response issue(std::shared_ptr<grant> given) {
        const auto lifetime = token_lifetime(documented_lifetime);
        const auto expires = std::chrono::duration_cast<std::chrono::seconds>((now() + lifetime).time_since_epoch());
        return json_response(
            200, json::object{{"access_token", random_text(*system_random(), 32)},
                              {"token_type", "Bearer"},
                              {"expires", expires.count()},
                              {"expires_in", lifetime.count()},
                              {"refresh_token", refresh_tokens_.add({std::move(given), now(), std::nullopt})}});
    }

    ledger codes_;
    ledger refresh_tokens_;
};

}  // namespace

std::unique_ptr<provider> make_hike(std::shared_ptr<const clock> time) {
    return std::make_unique<hike>(std::move(time));
}

}  // namespace coauth::sandbox
