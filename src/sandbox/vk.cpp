#include "provider.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace coauth::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view front = "oauth.vk.com";
constexpr std::string_view api = "api.vk.com";
constexpr std::string_view blank_page = "https://oauth.vk.com/blank.html";
constexpr std::chrono::seconds documented_lifetime{86400};

/// Every error of the API comes in a 200.
response api_error(int code, const std::string& message) {
    return json_response(200, json::object{{"error", json::object{{"error_code", code}, {"error_msg", message}}}});
}

response authorization_failed(std::string_view why) {
    return api_error(5, "User authorization failed: " + std::string{why});
}

std::string with_fragment(const std::string& url, const std::vector<std::pair<std::string_view, std::string>>& values) {
    std::string made = url;
    char separator = '#';
    for (const auto& [name, value] : values) {
        made += separator;
        made.append(name).append("=").append(percent_encode(value));
        separator = '&';
    }
    return made;
}

class vk final : public provider {
public:
    explicit vk(std::shared_ptr<const clock> time) : provider("vk", "VK", std::move(time)) {
        serve_authorize_page(front, "/authorize", [this](const call& received) { return authorize(received); });
        serve(front, "GET", "/blank.html", [](const call&) { return blank(); });
        serve(api, "POST", "/method/users.get", [this](const call& received) { return users_get(received); });
        serve(api, "POST", "/method/:method", [](const call&) { return api_error(3, "Unknown method passed"); });
    }

private:
    static response blank() {
        return message_page(200, "You are logged in",
                            "Copy the address of this page from the address bar into the application that asked for "
                            "it. Show it to nobody else: it holds your token.");
    }

    response authorize(const call& received) {
        const application& asking = known_application(required(received.query, "client_id"));
        grant wanted;
        wanted.client_id = asking.client_id;
        wanted.redirect_uri = required(received.query, "redirect_uri");
        if (wanted.redirect_uri != blank_page)
            require_registered(asking, wanted.redirect_uri);
        if (const auto state = received.query.find("state"); state != received.query.end())
            wanted.state = state->second;
        wanted.scope = optional(received.query, "scope");
        if (required(received.query, "response_type") != "token")
            return redirect_response(
                302, refused(wanted, "unsupported_response_type", "The response type of the implicit flow is token"));
        return ask(received, std::move(wanted));
    }

    std::string allowed(std::shared_ptr<grant> given) override {
        if (knobs().token_address)
            given->address = *knobs().token_address;
        const grant kept = *given;
        const auto lifetime = token_lifetime(documented_lifetime);
        std::vector<std::pair<std::string_view, std::string>> values{
            {"access_token", tokens_.add({std::move(given), now(), now() + lifetime}, "vk1.a.")},
            {"expires_in", std::to_string(lifetime.count())},
            {"user_id", std::to_string(kept.subject->number)}};
        if (kept.state)
            values.emplace_back("state", *kept.state);
        return with_fragment(kept.redirect_uri, values);
    }

    std::string denied(const grant& wanted) override {
        return refused(wanted, "access_denied", "User denied your request");
    }

    static std::string refused(const grant& wanted, std::string error, std::string description) {
        std::vector<std::pair<std::string_view, std::string>> values{{"error", std::move(error)},
                                                                     {"error_description", std::move(description)}};
        if (wanted.state)
            values.emplace_back("state", *wanted.state);
        return with_fragment(wanted.redirect_uri, values);
    }

    response describe(const malformed_request& error) const override {
        response made =
            api_error(100, "One of the parameters specified was missing or invalid: " + std::string{error.what()});
        if (error.status == 404 || error.status == 405)
            made.status = error.status;
        return made;
    }

    response users_get(const call& received) {
        const fields body = read_form(received.received);
        if (optional(body, "v").empty())
            return api_error(8, "Invalid request: v (version) is required");
        const std::string_view text = optional(body, "access_token");
        if (text.empty())
            return authorization_failed("no access_token passed.");
        const credential* token = tokens_.find(text);
        if (!token)
            return authorization_failed("invalid access_token (4).");
        if (token->expired(now()))
            return authorization_failed("access_token has expired.");
        if (token->of->address != received.received.peer_address)
            return authorization_failed("access_token was given to another ip address.");
        const user& subject = *token->of->subject;
        const json::object person{
            {"id", subject.number}, {"first_name", subject.given_name}, {"last_name", subject.family_name}};
        return json_response(200, json::object{{"response", json::array{person}}});
    }

    ledger tokens_;
};

}  // namespace

std::unique_ptr<provider> make_vk(std::shared_ptr<const clock> time) {
    return std::make_unique<vk>(std::move(time));
}

}  // namespace coauth::sandbox
