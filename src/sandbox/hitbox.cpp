#include "provider.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/url/grammar/ci_string.hpp>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view api = "api.hitbox.tv";
constexpr std::string_view website = "www.hitbox.tv";
constexpr auto request_token_lifetime = 10min;

response failure_response(unsigned status, std::string_view message) {
    return json_response(status, json::object{{"success", false}, {"error", true}, {"error_msg", message}});
}

class hitbox final : public provider {
public:
    explicit hitbox(std::shared_ptr<const clock> time) : provider("hitbox", "Hitbox", std::move(time)) {
        serve_authorize_page(api, "/oauth/login", [this](const call& received) { return login(received); });
        serve(api, "POST", "/oauth/exchange", [this](const call& received) { return exchange(received); });
        serve(website, "GET", "/api/userfromtoken/:token",
              [this](const call& received) { return user_from_token(received); });
        serve(website, "GET", "/api/oauthaccess/:user", [this](const call& received) { return list_apps(received); });
        serve(website, "POST", "/api/oauthaccess/:user",
              [this](const call& received) { return remove_apps(received); });
    }

private:
    /// By user and application: what the user allowed and the application exchanged.
    using accesses = std::map<std::pair<std::string, std::string>, std::shared_ptr<grant>>;

    response login(const call& received) {
        const application& asking = known_application(required(received.query, "app_token"));
        const user* present = present_user(received);
        if (present && optional(received.query, "force_auth") != "true") {
            const auto known = accesses_.find({present->login, asking.client_id});
            if (known != accesses_.end())
                return redirect_response(
                    302, with_query(asking.redirect_uris.front(), "authToken", new_token(known->second)));
        }
        grant wanted;
        wanted.client_id = asking.client_id;
        wanted.redirect_uri = asking.redirect_uris.front();
        return ask(received, std::move(wanted));
    }

    std::string allowed(std::shared_ptr<grant> given) override {
        const std::string callback = given->redirect_uri;
        return with_query(callback, "request_token",
                          request_tokens_.add({std::move(given), now(), now() + request_token_lifetime}));
    }

    std::string denied(const grant& wanted) override {
        return with_query(wanted.redirect_uri, "error", "user_canceled");
    }

    response describe(const malformed_request& error) const override {
        return failure_response(error.status, error.what());
    }

    /// The document names no status for the refusal, only its text.
    response exchange(const call& received) {
        const fields body = read_json(received.received);
        const application* asking = find_application(required(body, "app_token"));
        credential* asked = request_tokens_.find(required(body, "request_token"));
        const std::string& hash = required(body, "hash");
        if (!asking || !equal_in_constant_time(hash, base64(asking->client_id + asking->client_secret)) || !asked ||
            asked->used || !asked->alive(now()) || asked->of->client_id != asking->client_id)
            return text_response(200, "authentication_failed");
        asked->used = true;
        std::shared_ptr<grant>& access = accesses_[{asked->of->subject->login, asking->client_id}];
        if (!access)
            access = asked->of;
        return json_response(200, json::object{{"access_token", new_token(access)}});
    }

    std::string new_token(std::shared_ptr<grant> given) {
        std::optional<clock::wall_time> expires_at;
        if (knobs().token_lifetime)
            expires_at = now() + *knobs().token_lifetime;
        return tokens_.add({std::move(given), now(), expires_at});
    }

    response user_from_token(const call& received) {
        const credential* token = tokens_.find(received.path.at("token"));
        if (!token || !token->alive(now()))
            return json_response(200, json::array{});
        return json_response(200, json::object{{"user_name", token->of->subject->login}});
    }

    /// The user of the path, if the token in the query is theirs; ends the request otherwise. Their names have no case.
    const user& authenticate(const call& received) {
        const credential* token = tokens_.find(optional(received.query, "authToken"));
        if (!token || !token->alive(now()) ||
            !boost::urls::grammar::ci_is_equal(token->of->subject->login, received.path.at("user")))
            throw refusal{failure_response(401, "auth_failed")};
        return *token->of->subject;
    }

    response list_apps(const call& received) {
        const user& subject = authenticate(received);
        json::array apps;
        for (const auto& [key, access] : accesses_) {
            const application* app = find_application(key.second);
            if (key.first == subject.login && app)
                apps.push_back(json::object{{"name", app->name}, {"description", app->description}});
        }
        return json_response(200, json::object{{"apps", std::move(apps)}});
    }

    response remove_apps(const call& received) {
        const user& subject = authenticate(received);
        std::erase_if(accesses_, [&subject](const auto& entry) {
            if (entry.first.first != subject.login)
                return false;
            entry.second->revoked = true;
            return true;
        });
        return json_response(200, json::object{{"error", false}, {"success", true}});
    }

    ledger request_tokens_;
    ledger tokens_;
    accesses accesses_;
};

}  // namespace

std::unique_ptr<provider> make_hitbox(std::shared_ptr<const clock> time) {
    return std::make_unique<hitbox>(std::move(time));
}

}  // namespace coauth::sandbox
