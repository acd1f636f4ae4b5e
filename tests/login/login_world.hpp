#pragma once

#include "tests/cache/cache_world.hpp"

#include <coauth/login/login_broker.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coauth::test {

/// Providers without a network: each endpoint answers as it was told to; what was sent is kept.
class scripted_providers final : public transport {
public:
    using answer = std::function<http_response(const http_request&)>;

    /// What an operation ("exchange", "userinfo") of every provider answers from now on.
    void on(const std::string& operation, answer how) { answers_[operation] = std::move(how); }
    void on(const std::string& operation, unsigned status, const std::string& body) {
        on(operation, [status, body](const http_request&) { return http_response{status, body}; });
    }

    /// Requests wait from now on until `let_go`.
    void hold() { held_ = true; }
    void let_go() {
        held_ = false;
        for (auto& each : std::exchange(gates_, {})) {
            each->cancel();
        }
    }

    awaitable<http_response> send(http_request request) override {
        sent.push_back(request.operation);
        if (held_) {
            auto gate = std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor,
                                                                    boost::asio::steady_timer::time_point::max());
            gates_.push_back(gate);
            boost::system::error_code opened;
            co_await gate->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, opened));
        }
        const auto found = answers_.find(request.operation);
        if (found == answers_.end()) {
            throw std::logic_error("nobody said what " + request.operation + " answers");
        }
        co_return found->second(request);
    }

    [[nodiscard]] std::size_t count(std::string_view operation) const {
        return static_cast<std::size_t>(std::count(sent.begin(), sent.end(), operation));
    }

    std::vector<std::string> sent;  ///< The operations, in their order.

private:
    std::map<std::string, answer> answers_;
    std::vector<std::shared_ptr<boost::asio::steady_timer>> gates_;
    bool held_ = false;
};

/// What a browser keeps of `Set-Cookie`.
class cookie_jar {
public:
    void take(const std::vector<std::string>& set_cookies) {
        for (const std::string& each : set_cookies) {
            const std::size_t equals = each.find('=');
            const std::string name = each.substr(0, equals);
            if (each.find("Max-Age=0") != each.npos) {
                cookies_.erase(name);
            } else {
                cookies_[name] = each.substr(equals + 1, each.find(';') - equals - 1);
            }
        }
    }

    [[nodiscard]] std::string header() const {
        std::string text;
        for (const auto& [name, value] : cookies_) {
            text += (text.empty() ? "" : "; ") + name + "=" + value;
        }
        return text;
    }
    [[nodiscard]] std::size_t size() const { return cookies_.size(); }

private:
    std::map<std::string, std::string> cookies_;
};

/// The value of a parameter of a URL.
inline std::string parameter_of(const std::string& url, const std::string& name) {
    const std::size_t at = url.find(name + "=");
    return at == url.npos ? "" : url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1);
}

/// A broker on one thread, with a clock that the test turns and providers without a network.
class login_world {
public:
    explicit login_world(std::variant<kept_logins, sealed_logins> how = kept_logins{}, login_options options = {})
        : broker{std::visit(
              [&](auto chosen) {
                  return std::make_unique<login_broker>(context.get_executor(), std::move(chosen),
                                                        with(std::move(options)));
              },
              std::move(how))} {
        providers.on("exchange", 200,
                     R"({"access_token":"a1","token_type":"Bearer","refresh_token":"r1","expires_in":3600})");
        providers.on("userinfo", 200, R"({"sub":"ann","name":"Ann"})");
    }

    [[nodiscard]] client client_of(const std::string& name) {
        return client{providers,
                      provider::builtin(name),
                      {.client_id = "id",
                       .client_secret = secret{"client-secret"},
                       .redirect_uri = "https://app.example/callback/" + name},
                      {.clock = clock}};
    }

    /// The callback with which the provider would send the browser back.
    [[nodiscard]] static std::string callback_of(const pending_login& login, const std::string& provider = "hitkey",
                                                 const std::string& code = "c1") {
        return "/callback/" + provider + "?code=" + code + "&state=" + parameter_of(login.url(), "state");
    }

    /// Starts an awaitable; `settle` carries it on.
    template <class T>
    std::shared_ptr<pending<T>> start(awaitable<T> work) {
        auto outcome = std::make_shared<pending<T>>();
        boost::asio::co_spawn(context, std::move(work), [outcome](std::exception_ptr thrown, T value) {
            thrown ? void(outcome->thrown = thrown) : void(outcome->value = std::move(value));
        });
        settle();
        return outcome;
    }
    void settle() {
        context.restart();
        context.poll();
    }
    void turn(std::chrono::nanoseconds by) {
        clock->advance(by);
        settle();
    }
    template <class T>
    T run(awaitable<T> work) {
        const auto outcome = start(std::move(work));
        if (outcome->thrown) {
            std::rethrow_exception(outcome->thrown);
        }
        return std::move(outcome->value).value();  // throws if it still waits
    }
    template <class T>
    failure failure_of(awaitable<T> work) {
        return start(std::move(work))->why();
    }

    boost::asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    scripted_providers providers;
    std::unique_ptr<login_broker> broker;

private:
    login_options with(login_options options) const {
        options.clock = clock;
        return options;
    }
};

}  // namespace coauth::test
