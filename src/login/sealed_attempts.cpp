#include "login/sealed_attempts.hpp"

#include "login/login_failure.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace coauth::login {

namespace {

constexpr int format = 1;
constexpr std::string_view purpose = "coauth login ";

/// A browser keeps 4,096 bytes of a cookie, its name and attributes among them.
constexpr std::size_t longest_cookie = 3800;

failure unreadable() {
    return login_failure(errc::callback_cookie_mismatch, "callback", {},
                         "it was sealed under another key, for another login, or altered; begin the login again");
}

std::int64_t milliseconds(clock::wall_time when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

}  // namespace

sealed_attempts::sealed_attempts(sealed_logins how, const served_clients& served, std::shared_ptr<const clock> time,
                                 std::shared_ptr<const random_source> random)
    : how_{std::move(how)}, served_{served}, clock_{std::move(time)}, random_{std::move(random)} {}

attempts::drawn sealed_attempts::draw(std::string_view) const {
    return {random_text(*random_, 32), {}};
}

std::string sealed_attempts::seal(const attempt& what) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(what.due - clock_->steady_now());
    boost::json::array fields{format,
                              milliseconds(what.begun),
                              milliseconds(clock_->now()) + left.count(),
                              what.who.profile().name(),
                              what.who.client_id(),
                              what.asked.state,
                              what.asked.code_verifier.reveal(),
                              what.asked.nonce,
                              what.asked.redirect_uri,
                              what.more().return_to,
                              what.more().account,
                              what.more().tag};
    for (const std::string& scope : what.asked.scopes) {
        fields.emplace_back(scope);
    }
    std::string plain = boost::json::serialize(fields);
    std::string sealed = base64url(how_.keys.seal(plain, std::string{purpose}.append(what.id())));
    wipe(plain);
    return sealed;
}

result<attempt_ptr> sealed_attempts::unseal(std::string_view id, std::string_view cookie) const {
    const auto bytes = cookie.size() <= longest_cookie ? from_base64url(cookie) : std::nullopt;
    if (!bytes) {
        return unreadable();
    }
    const auto plain = how_.keys.open(*bytes, std::string{purpose}.append(id));
    if (plain.has_error()) {
        return unreadable();
    }
    boost::system::error_code wrong;
    boost::json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;  // the caller's own texts may be anything
    const boost::json::value read = boost::json::parse(plain->reveal(), wrong, {}, lenient);
    if (wrong || !read.is_array() || read.get_array().size() < 12 || read.at(0) != format) {
        return unreadable();
    }
    const boost::json::array& fields = read.get_array();
    const auto text = [&](std::size_t at) { return boost::json::value_to<std::string>(fields[at]); };
    const std::chrono::milliseconds until{boost::json::value_to<std::int64_t>(fields[2])};
    const auto left = until - std::chrono::milliseconds{milliseconds(clock_->now())};
    if (left <= std::chrono::milliseconds::zero()) {
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "its time has passed; begin the login again");
    }
    const auto who = served_.find(text(3), text(4));
    if (!who) {
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "another process began it, for a client that this one does not serve");
    }
    authorization asked;
    asked.state = text(5);
    asked.code_verifier = secret{text(6)};
    asked.nonce = text(7);
    asked.redirect_uri = text(8);
    for (std::size_t each = 12; each < fields.size(); ++each) {
        asked.scopes.push_back(text(each));
    }
    const auto found = std::make_shared<attempt>(*who, std::move(asked), particulars{text(9), text(10), text(11)});
    found->begun = clock::wall_time{std::chrono::milliseconds{boost::json::value_to<std::int64_t>(fields[1])}};
    found->due = clock_->steady_now() + left;
    return found;
}

void sealed_attempts::hold(const attempt_ptr& what) {
    if (live_.size() >= purge_live_at_) {
        boost::unordered::erase_if(live_, [](const auto& each) { return each.second.expired(); });
        purge_live_at_ = 2 * live_.size() + 64;
    }
    live_.insert_or_assign(std::string{what->id()}, what);
}

result<attempts::kept> sealed_attempts::keep(const attempt_ptr& begun, std::string, const std::string&) {
    kept made;
    made.cookie = seal(*begun);
    if (made.cookie.size() > longest_cookie) {
        return login_failure(errc::invalid_argument, "begin", {},
                             "return_to, tag, account and scopes together are too long for a cookie of 3,800 bytes");
    }
    const std::scoped_lock lock{mutex_};
    const auto known = live_.find(std::string{begun->id()});
    if (used_.contains(std::string{begun->id()}) || (known != live_.end() && !known->second.expired())) {
        return login_failure(errc::invalid_argument, "begin", {}, "the random source repeats itself");
    }
    hold(begun);
    return made;
}

result<attempt_ptr> sealed_attempts::find(std::string_view id, std::string_view cookie) {
    const auto opened = unseal(id, cookie);
    if (opened.has_error()) {
        return opened.error();
    }
    const std::scoped_lock lock{mutex_};
    if (const auto known = live_.find(std::string{id}); known != live_.end()) {
        if (attempt_ptr live = known->second.lock()) {
            return live;
        }
    }
    if (used_.contains(std::string{id})) {
        return login_failure(errc::callback_login_unknown, "callback", {}, "it has been completed, or was given up");
    }
    hold(*opened);
    return *opened;
}

bool sealed_attempts::use(const attempt_ptr& claimed) {
    const std::scoped_lock lock{mutex_};
    const std::string id{claimed->id()};
    if (!used_.emplace(id, claimed->due).second) {
        return false;
    }
    used_until_.emplace(claimed->due, id);
    if (used_.size() > how_.remembered) {
        used_.erase(used_until_.begin()->second);
        used_until_.erase(used_until_.begin());
    }
    completing_.emplace(id, claimed);
    return true;
}

void sealed_attempts::forget(const attempt_ptr& ended) {
    const std::scoped_lock lock{mutex_};
    const std::string id{ended->id()};
    completing_.erase(id);
    live_.erase(id);
}

std::vector<attempt_ptr> sealed_attempts::expire(clock::steady_time now) {
    const std::scoped_lock lock{mutex_};
    while (!used_until_.empty() && used_until_.begin()->first <= now) {
        used_.erase(used_until_.begin()->second);
        used_until_.erase(used_until_.begin());
    }
    return {};  // whoever waits for one is told at its time, and nothing else is held of it
}

clock::steady_time sealed_attempts::next_due() const {
    const std::scoped_lock lock{mutex_};
    return used_until_.empty() ? clock::steady_time::max() : used_until_.begin()->first;
}

std::vector<attempt_ptr> sealed_attempts::held() const {
    const std::scoped_lock lock{mutex_};
    std::vector<attempt_ptr> all;
    for (const auto& each : live_) {
        if (attempt_ptr live = each.second.lock()) {
            all.push_back(std::move(live));
        }
    }
    return all;
}

std::size_t sealed_attempts::under_way() const {
    return held().size();
}

}  // namespace coauth::login
