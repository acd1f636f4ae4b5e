#include "login/broker_core.hpp"

#include <coauth/login/login_broker.hpp>

#include <utility>

namespace coauth {

login_broker::login_broker(executor where, login_options options)
    : login_broker{std::move(where), kept_logins{}, std::move(options)} {}

login_broker::login_broker(executor where, kept_logins how, login_options options)
    : core_{std::make_shared<login::broker_core>(std::move(where), how, std::move(options))} {
    core_->start();
}

login_broker::login_broker(executor where, sealed_logins how, login_options options)
    : core_{std::make_shared<login::broker_core>(std::move(where), std::move(how), std::move(options))} {
    core_->start();
}

login_broker::~login_broker() {
    core_->close_now();
}

void login_broker::serve(client with) {
    core_->serve(with);
}

pending_login login_broker::begin(const client& with) {
    return core_->begin(with, begin_options{});
}

pending_login login_broker::begin(const client& with, const begin_options& options) {
    return core_->begin(with, options);
}

awaitable<login_answer> login_broker::complete(std::string callback, std::string cookies, std::string body) {
    return login::broker_core::complete(core_, std::move(callback), std::move(cookies), std::move(body));
}

awaitable<std::size_t> login_broker::close(std::chrono::milliseconds grace) {
    return login::broker_core::close(core_, grace);
}

login_statistics login_broker::statistics() const {
    return core_->statistics();
}

}  // namespace coauth
