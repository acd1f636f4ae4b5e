#pragma once

#include <coauth/core/manual_clock.hpp>
#include <coauth/login/login_broker.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coauth::test {

/// Providers without a network: each endpoint answers as it was told to; what was sent is kept. For one thread.
class scripted_providers final : public transport {
public:
    using answer = std::function<http_response(const http_request&)>;

    /// What an operation ("exchange", "userinfo") of every provider answers from now on.
    void on(const std::string& operation, answer how);
    void on(const std::string& operation, unsigned status, const std::string& body);
    /// The same, once; after that as before.
    void next(const std::string& operation, answer how);
    void next(const std::string& operation, unsigned status, const std::string& body);

    /// Requests wait from now on until `let_go`, or are cancelled; after `forget`, those who wait are let go no more.
    void hold() { holding_ = true; }
    void let_go();
    void forget() { held_.clear(); }

    awaitable<http_response> send(http_request request) override;

    [[nodiscard]] std::size_t count(std::string_view operation) const;
    [[nodiscard]] const std::vector<http_request>& sent() const { return sent_; }

private:
    awaitable<void> held();

    std::map<std::string, answer> answers_;
    std::map<std::string, std::vector<answer>> next_;
    std::vector<http_request> sent_;
    std::vector<boost::asio::steady_timer*> held_;
    bool holding_ = false;
};

/// What a browser keeps of `Set-Cookie`.
class cookie_jar {
public:
    void take(const std::vector<std::string>& set_cookies);

    /// What it sends back, as a `Cookie` header.
    [[nodiscard]] std::string header() const;
    [[nodiscard]] std::size_t size() const { return cookies_.size(); }

private:
    std::map<std::string, std::string> cookies_;
};

/// An awaitable that was started, and what became of it.
template <class T>
struct started {
    std::optional<T> value;
    std::exception_ptr thrown;
    std::function<void()> cancel;

    [[nodiscard]] bool done() const { return value || thrown; }
    [[nodiscard]] failure why() const {
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const error& known) {
            return known.details();
        }
        throw std::logic_error("it did not fail");
    }
};

using backend = std::variant<kept_logins, sealed_logins>;
[[nodiscard]] backend kept();
[[nodiscard]] backend sealed();
inline constexpr backend (*backends[])() = {kept, sealed};

/// The value of a parameter of a URL.
[[nodiscard]] std::string parameter_of(const std::string& url, const std::string& name);

/// The callback with which a provider that echoes the state sends the browser back.
[[nodiscard]] std::string callback_of(const pending_login& login, const std::string& provider = "hitkey",
                                      const std::string& code = "c1");

/// The callback with which the user, or the provider, refuses.
[[nodiscard]] std::string refusal_of(const pending_login& login, const std::string& provider = "hitkey",
                                     const std::string& word = "access_denied");

/// A broker on one thread, with a clock that the test turns and providers without a network.
class login_world {
public:
    explicit login_world(backend how = kept_logins{}, login_options options = {});

    /// A node of a fleet: it shares the clock and the providers of another.
    login_world(login_world& other, backend how, login_options options = {});
    ~login_world();

    [[nodiscard]] executor get_executor();
    [[nodiscard]] client client_of(const std::string& provider, const std::string& redirect_uri = {});
    [[nodiscard]] client client_of(provider::profile profile, const std::string& redirect_uri);

    /// Begins, as the handler of a request from this browser does.
    pending_login begin(const client& with, cookie_jar& browser, begin_options options = {});
    login_answer complete(const std::string& callback, const cookie_jar& browser, const std::string& body = {});

    /// Starts an awaitable of a login_answer, a login_session_ptr, a std::size_t or nothing; `settle` carries it on.
    template <class T>
    std::shared_ptr<started<T>> start(awaitable<T> work);
    std::shared_ptr<started<bool>> start(awaitable<void> work);
    void settle();
    void turn(std::chrono::nanoseconds by);

    template <class T>
    T run(awaitable<T> work) {
        const auto outcome = start(std::move(work));
        if (outcome->thrown) {
            std::rethrow_exception(outcome->thrown);
        }
        return std::move(outcome->value).value();  // throws if it still waits
    }
    void run(awaitable<void> work);
    template <class T>
    failure failure_of(awaitable<T> work) {
        return start(std::move(work))->why();
    }

private:
    struct machine;
    std::unique_ptr<machine> machine_;

public:
    std::shared_ptr<manual_clock> clock;
    std::shared_ptr<scripted_providers> providers;
    std::unique_ptr<login_broker> broker;
};

}  // namespace coauth::test
