#include "login_server/sessions.hpp"

#include <coauth/core/encoding.hpp>

#include <algorithm>

namespace login_server {

session_table::session_table(session_configuration limits, std::shared_ptr<const coauth::clock> time)
    : limits_(limits), time_(std::move(time)) {}

session_ptr session_table::find(std::string_view cookie) {
    const std::scoped_lock lock(mutex_);
    const auto found = locate(cookie);
    if (found == entries_.end()) {
        return nullptr;
    }
    found->second.used = time_->steady_now();
    by_use_.splice(by_use_.end(), by_use_, found->second.place);
    return found->second.content;
}

std::string session_table::add(std::string_view cookie, coauth::login_session_ptr brought) {
    std::string fresh = coauth::random_text(*coauth::system_random(), 32);
    auto content = std::make_shared<session>();
    content->form_token = coauth::random_text(*coauth::system_random(), 32);

    const std::scoped_lock lock(mutex_);
    if (const auto former = locate(cookie); former != entries_.end()) {
        content->logins = former->second.content->logins;
        erase(former);
    }
    std::erase_if(content->logins, [&](const auto& each) { return each->key.provider() == brought->key.provider(); });
    content->logins.push_back(std::move(brought));
    make_room();
    const auto now = time_->steady_now();
    const digest name = coauth::sha256(fresh);
    by_use_.push_back(name);
    entries_.insert_or_assign(name, entry{std::move(content), now, now, std::prev(by_use_.end())});
    return fresh;
}

void session_table::remove(std::string_view cookie, std::string_view provider) {
    const std::scoped_lock lock(mutex_);
    const auto found = locate(cookie);
    if (found == entries_.end()) {
        return;
    }
    auto content = std::make_shared<session>(*found->second.content);
    std::erase_if(content->logins, [&](const auto& each) { return each->key.provider() == provider; });
    if (content->logins.empty()) {
        erase(found);
    } else {
        found->second.content = std::move(content);
    }
}

std::size_t session_table::size() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
}

session_table::entries::iterator session_table::locate(std::string_view cookie) {
    if (cookie.empty()) {
        return entries_.end();
    }
    const auto found = entries_.find(coauth::sha256(cookie));
    const auto now = time_->steady_now();
    if (found != entries_.end() &&
        (found->second.used + limits_.idle <= now || found->second.begun + limits_.lifetime <= now)) {
        erase(found);
        return entries_.end();
    }
    return found;
}

void session_table::erase(entries::iterator gone) {
    by_use_.erase(gone->second.place);
    entries_.erase(gone);
}

void session_table::make_room() {
    const auto now = time_->steady_now();
    while (!by_use_.empty()) {
        const auto oldest = entries_.find(by_use_.front());
        if (entries_.size() < limits_.max_sessions && oldest->second.used + limits_.idle > now) {
            return;
        }
        erase(oldest);
    }
}

}  // namespace login_server
