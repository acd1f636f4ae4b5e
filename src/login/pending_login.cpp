#include "login/broker_core.hpp"

#include <coauth/login/pending_login.hpp>

#include <utility>

namespace coauth {

pending_login::pending_login(std::shared_ptr<login::broker_core> core, std::shared_ptr<login::attempt> which,
                             std::string url, std::vector<std::string> set_cookies) noexcept
    : core_{std::move(core)}, which_{std::move(which)}, url_{std::move(url)}, set_cookies_{std::move(set_cookies)} {}

pending_login::pending_login(pending_login&&) noexcept = default;
pending_login& pending_login::operator=(pending_login&&) noexcept = default;
pending_login::~pending_login() = default;

std::string pending_login::cookie() const {
    const std::string& own = set_cookies_.front();
    return own.substr(0, own.find(';'));
}

awaitable<login_session_ptr> pending_login::completed() const {
    return login::broker_core::completed(core_, which_, core_->wait_timeout());
}

awaitable<login_session_ptr> pending_login::completed(std::chrono::milliseconds deadline) const {
    return login::broker_core::completed(core_, which_, deadline);
}

void pending_login::abandon() {
    core_->abandon(which_);
}

}  // namespace coauth
