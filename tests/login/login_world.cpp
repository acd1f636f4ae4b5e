#include "tests/login/login_world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace coauth::test {

namespace asio = boost::asio;

// Providers.

namespace {

scripted_providers::answer fixed(unsigned status, const std::string& body) {
    return [status, body](const http_request&) { return http_response{status, body}; };
}

}  // namespace

void scripted_providers::on(const std::string& operation, answer how) {
    answers_[operation] = std::move(how);
}
void scripted_providers::on(const std::string& operation, unsigned status, const std::string& body) {
    on(operation, fixed(status, body));
}
void scripted_providers::next(const std::string& operation, answer how) {
    next_[operation].push_back(std::move(how));
}
void scripted_providers::next(const std::string& operation, unsigned status, const std::string& body) {
    next(operation, fixed(status, body));
}

void scripted_providers::let_go() {
    holding_ = false;
    for (asio::steady_timer* each : std::exchange(held_, {})) {
        each->cancel();
    }
}

awaitable<void> scripted_providers::held() {
    asio::steady_timer until{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    held_.push_back(&until);
    boost::system::error_code let_go;
    co_await until.async_wait(asio::redirect_error(asio::use_awaitable, let_go));
    std::erase(held_, &until);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw error{failure{.code = errc::cancelled}};
    }
}

awaitable<http_response> scripted_providers::send(http_request request) {
    sent_.push_back(request);
    if (holding_) {
        co_await held();
    }
    auto& script = next_[request.operation];
    if (!script.empty()) {
        const answer how = std::move(script.front());
        script.erase(script.begin());
        co_return how(request);
    }
    const auto found = answers_.find(request.operation);
    if (found == answers_.end()) {
        throw std::logic_error("nobody said what " + request.operation + " answers");
    }
    co_return found->second(request);
}

std::size_t scripted_providers::count(std::string_view operation) const {
    return static_cast<std::size_t>(std::count_if(
        sent_.begin(), sent_.end(), [&](const http_request& each) { return each.operation == operation; }));
}

// The browser.

void cookie_jar::take(const std::vector<std::string>& set_cookies) {
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

std::string cookie_jar::header() const {
    std::string text;
    for (const auto& [name, value] : cookies_) {
        text += (text.empty() ? "" : "; ") + name + "=" + value;
    }
    return text;
}

std::string parameter_of(const std::string& url, const std::string& name) {
    const std::size_t at = url.find(name + "=");
    return at == url.npos ? "" : url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1);
}

std::string callback_of(const pending_login& login, const std::string& provider, const std::string& code) {
    return "/callback/" + provider + "?code=" + code + "&state=" + parameter_of(login.url(), "state");
}

std::string refusal_of(const pending_login& login, const std::string& provider, const std::string& word) {
    return "/callback/" + provider + "?error=" + word + "&state=" + parameter_of(login.url(), "state");
}

// The world.

backend kept() {
    return kept_logins{};
}
backend sealed() {
    return sealed_logins{key_ring::parse(key_ring::generate("k1")).value()};
}

struct login_world::machine {
    asio::io_context context{1};
};

login_world::login_world(backend how, login_options options)
    : machine_{std::make_unique<machine>()},
      clock{std::make_shared<manual_clock>()},
      providers{std::make_shared<scripted_providers>()} {
    options.clock = options.clock ? options.clock : clock;
    std::visit(
        [&](auto chosen) { broker = std::make_unique<login_broker>(get_executor(), std::move(chosen), options); },
        std::move(how));
    providers->on("exchange", 200,
                  R"({"access_token":"a1","token_type":"Bearer","refresh_token":"r1","expires_in":3600})");
    providers->on("userinfo", 200, R"({"sub":"ann","name":"Ann"})");
}

login_world::login_world(login_world& other, backend how, login_options options)
    : login_world{std::move(how), [&] {
                      options.clock = options.clock ? options.clock : other.clock;
                      return options;
                  }()} {
    clock = other.clock;
    providers = other.providers;
}

login_world::~login_world() = default;

executor login_world::get_executor() {
    return machine_->context.get_executor();
}

client login_world::client_of(const std::string& provider, const std::string& redirect_uri) {
    return client_of(provider::builtin(provider),
                     redirect_uri.empty() ? "https://app.example/callback/" + provider : redirect_uri);
}

client login_world::client_of(provider::profile profile, const std::string& redirect_uri) {
    return client{*providers,
                  std::move(profile),
                  {.client_id = "id", .client_secret = secret{"client-secret"}, .redirect_uri = redirect_uri},
                  {.clock = clock}};
}

pending_login login_world::begin(const client& with, cookie_jar& browser, begin_options options) {
    options.cookies = browser.header();
    pending_login begun = broker->begin(with, options);
    browser.take(begun.set_cookies());
    return begun;
}

login_answer login_world::complete(const std::string& callback, const cookie_jar& browser, const std::string& body) {
    return run(broker->complete(callback, browser.header(), body));
}

template <class T>
std::shared_ptr<started<T>> login_world::start(awaitable<T> work) {
    auto outcome = std::make_shared<started<T>>();
    auto signal = std::make_shared<asio::cancellation_signal>();
    outcome->cancel = [signal] { signal->emit(asio::cancellation_type::terminal); };
    asio::co_spawn(machine_->context, std::move(work),
                   asio::bind_cancellation_slot(signal->slot(), [outcome](std::exception_ptr thrown, T value) {
                       thrown ? void(outcome->thrown = thrown) : void(outcome->value = std::move(value));
                   }));
    settle();
    return outcome;
}
template std::shared_ptr<started<login_answer>> login_world::start(awaitable<login_answer>);
template std::shared_ptr<started<login_session_ptr>> login_world::start(awaitable<login_session_ptr>);
template std::shared_ptr<started<std::size_t>> login_world::start(awaitable<std::size_t>);
template std::shared_ptr<started<bool>> login_world::start(awaitable<bool>);

std::shared_ptr<started<bool>> login_world::start(awaitable<void> work) {
    const auto valued = [](awaitable<void> what) -> awaitable<bool> {
        co_await std::move(what);
        co_return true;
    };
    return start(valued(std::move(work)));
}

void login_world::run(awaitable<void> work) {
    const auto outcome = start(std::move(work));
    if (outcome->thrown) {
        std::rethrow_exception(outcome->thrown);
    }
    static_cast<void>(outcome->value.value());
}

void login_world::settle() {
    machine_->context.restart();
    machine_->context.poll();
}

void login_world::turn(std::chrono::nanoseconds by) {
    clock->advance(by);
    settle();
}

}  // namespace coauth::test
