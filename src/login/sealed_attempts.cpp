#include "login/sealed_attempts.hpp"

#include "login/login_failure.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace coauth::login {

namespace {

// What is sealed: a byte for this format, two times, and fields, of which the scopes are the last.
constexpr char format = 3;
constexpr std::size_t time_size = sizeof(std::int64_t);
constexpr std::size_t length_size = 2;
constexpr std::size_t fixed_fields = 9;  ///< Then the scopes.
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

void append_time(std::string& to, std::int64_t milliseconds) {
    std::array<unsigned char, time_size> bytes{};
    boost::endian::store_big_s64(bytes.data(), milliseconds);
    to.append(bytes.begin(), bytes.end());
}

/// Since 1970. Null where there are not so many bytes.
std::optional<std::chrono::milliseconds> take_time(std::string_view& from) {
    if (from.size() < time_size) {
        return std::nullopt;
    }
    const auto* const bytes = reinterpret_cast<const unsigned char*>(from.data());
    from.remove_prefix(time_size);
    return std::chrono::milliseconds{boost::endian::load_big_s64(bytes)};
}

/// `field` is shorter than a cookie, or what it is sealed in will be refused.
void append_field(std::string& to, std::string_view field) {
    std::array<unsigned char, length_size> bytes{};
    boost::endian::store_big_u16(bytes.data(), static_cast<std::uint16_t>(field.size()));
    to.append(bytes.begin(), bytes.end()).append(field);
}

std::optional<std::string_view> take_field(std::string_view& from) {
    if (from.size() < length_size) {
        return std::nullopt;
    }
    const std::size_t size = boost::endian::load_big_u16(reinterpret_cast<const unsigned char*>(from.data()));
    from.remove_prefix(length_size);
    if (from.size() < size) {
        return std::nullopt;
    }
    const std::string_view field = from.substr(0, size);
    from.remove_prefix(size);
    return field;
}

}  // namespace

sealed_attempts::sealed_attempts(sealed_logins how, const served_clients& served, std::shared_ptr<const clock> time,
                                 std::shared_ptr<const random_source> random)
    : how_{std::move(how)}, served_{served}, clock_{std::move(time)}, random_{std::move(random)} {}

attempts::drawn sealed_attempts::draw(std::string_view) const {
    return {random_text(*random_, 32), {}, {}};
}

std::string sealed_attempts::seal(const attempt& what) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(what.due - clock_->steady_now());
    const particulars& more = what.more();
    boost::container::small_vector<std::string_view, fixed_fields + 8> fields{what.who.profile().name(),
                                                                              what.who.client_id(),
                                                                              what.asked.state,
                                                                              what.asked.code_verifier.reveal(),
                                                                              what.asked.nonce,
                                                                              what.asked.redirect_uri,
                                                                              more.return_to,
                                                                              more.account,
                                                                              more.tag};
    fields.insert(fields.end(), what.asked.scopes.begin(), what.asked.scopes.end());
    std::string plain;
    plain.reserve(std::accumulate(fields.begin(), fields.end(), 1 + 2 * time_size, [](std::size_t size, auto field) {
        return size + length_size + field.size();
    }));  // it does not grow: that would leave copies behind
    plain += format;
    append_time(plain, milliseconds(what.begun));
    append_time(plain, milliseconds(clock_->now()) + left.count());
    for (const std::string_view each : fields) {
        append_field(plain, each);
    }
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
    std::string_view rest = plain->reveal();
    if (!rest.starts_with(format)) {
        return unreadable();
    }
    rest.remove_prefix(1);
    const auto begun = take_time(rest);
    const auto until = take_time(rest);
    if (!begun || !until) {
        return unreadable();
    }
    std::array<std::string_view, fixed_fields> fields;
    for (std::string_view& each : fields) {
        each = take_field(rest).value_or(std::string_view{});
    }
    const auto [provider, client_id, state, verifier, nonce, redirect_uri, return_to, account, tag] = fields;
    const auto left = *until - std::chrono::milliseconds{milliseconds(clock_->now())};
    if (left <= std::chrono::milliseconds::zero()) {
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "its time has passed; begin the login again");
    }
    const auto who = served_.find(provider, client_id);
    if (!who) {
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "another process began it, for a client that this one does not serve");
    }
    authorization asked;
    asked.state = state;
    asked.code_verifier = secret{std::string{verifier}};
    asked.nonce = nonce;
    asked.redirect_uri = redirect_uri;
    while (const auto scope = take_field(rest)) {
        asked.scopes.emplace_back(*scope);
    }
    const auto found = std::make_shared<attempt>(
        *who, std::move(asked), particulars{std::string{return_to}, std::string{account}, std::string{tag}});
    found->begun = clock::wall_time{*begun};
    found->due = clock_->steady_now() + left;
    return found;
}

sealed_attempts::id_bytes sealed_attempts::bytes_of(std::string_view id) noexcept {
    id_bytes bytes{};
    std::copy_n(id.begin(), std::min(id.size(), bytes.size()), bytes.begin());
    return bytes;
}

void sealed_attempts::hold(const attempt_ptr& what) {
    if (live_.size() >= purge_live_at_) {
        boost::unordered::erase_if(live_, [](const auto& each) { return each.second.expired(); });
        purge_live_at_ = 2 * live_.size() + 64;
    }
    live_.insert_or_assign(bytes_of(what->id()), what);
}

result<attempts::kept> sealed_attempts::keep(const attempt_ptr& begun, drawn) {
    kept made;
    made.cookie = seal(*begun);
    if (made.cookie.size() > longest_cookie) {
        return login_failure(errc::invalid_argument, "begin", {},
                             "return_to, tag, account and scopes together are too long for a cookie of 3,800 bytes");
    }
    const std::scoped_lock lock{mutex_};
    const auto known = live_.find(bytes_of(begun->id()));
    if (used_.contains(bytes_of(begun->id())) || (known != live_.end() && !known->second.expired())) {
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
    if (const auto known = live_.find(bytes_of(id)); known != live_.end()) {
        if (attempt_ptr live = known->second.lock()) {
            return live;
        }
    }
    if (used_.contains(bytes_of(id))) {
        return login_failure(errc::callback_login_unknown, "callback", {}, "it has been completed, or was given up");
    }
    hold(*opened);
    return *opened;
}

bool sealed_attempts::use(const attempt_ptr& claimed) {
    const std::scoped_lock lock{mutex_};
    const id_bytes id = bytes_of(claimed->id());
    if (!used_.insert(id).second) {
        return false;
    }
    used_until_[std::chrono::ceil<std::chrono::seconds>(claimed->due)].push_back(id);
    if (used_.size() > how_.remembered) {
        forget_first_used();
    }
    completing_.emplace(id, claimed);
    return true;
}

void sealed_attempts::forget_first_used() {
    const auto first = used_until_.begin();
    used_.erase(first->second.back());
    first->second.pop_back();
    if (first->second.empty()) {
        used_until_.erase(first);
    }
}

void sealed_attempts::forget(const attempt_ptr& ended) {
    const std::scoped_lock lock{mutex_};
    const id_bytes id = bytes_of(ended->id());
    completing_.erase(id);
    live_.erase(id);
}

std::vector<attempt_ptr> sealed_attempts::expire(clock::steady_time now) {
    const std::scoped_lock lock{mutex_};
    while (!used_until_.empty() && used_until_.begin()->first <= now) {
        forget_first_used();
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
