#include "login/kept_attempts.hpp"

#include "core/base64url_alphabet.hpp"
#include "core/brief_mutex.hpp"
#include "login/login_failure.hpp"

#include <coauth/core/secret.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <bit>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

namespace coauth::login {

namespace {

namespace bi = boost::intrusive;

/// More shards let more threads in at once; few logins need but one, whose room is everybody's.
std::size_t shard_count(std::size_t max_logins) {
    return std::clamp<std::size_t>(std::bit_floor(max_logins / 4096), 1, 32);
}

/// Of an address that is none, so much is told apart: it may be what a request said.
constexpr std::size_t longest_name = 64;

using unlinked_by_itself = bi::link_mode<bi::auto_unlink>;
struct by_time {};
struct by_address {};
using in_time = bi::list_base_hook<bi::tag<by_time>, unlinked_by_itself>;
using in_crowd = bi::list_base_hook<bi::tag<by_address>, unlinked_by_itself>;

struct crowd;

/// A login that is open.
struct record : in_time, in_crowd {
    record(attempt_ptr begun, std::string its_binding) : what{std::move(begun)}, binding{std::move(its_binding)} {}

    attempt_ptr what;
    std::string binding;  ///< The cookie's value.
    crowd* among = nullptr;

    [[nodiscard]] clock::steady_time due() const noexcept { return what->due; }
};

/// The open logins of one address.
struct crowd : bi::list_base_hook<unlinked_by_itself> {
    explicit crowd(std::string its_address) : address{std::move(its_address)} {}

    const std::string address;
    std::size_t size = 0;
    bi::list<record, bi::base_hook<in_crowd>, bi::constant_time_size<false>> members;  ///< The oldest first.
};
using crowds = bi::list<crowd, bi::constant_time_size<false>>;

struct used_record {
    attempt_ptr what;
    std::string binding;
};

/// Of whom a login is counted: the same for all IPv6 addresses of a /64 network.
std::string neighbourhood(std::string_view address) {
    boost::system::error_code none;
    const auto read = boost::asio::ip::make_address(address, none);
    if (none) {
        return std::string{address.substr(0, longest_name)};
    }
    if (read.is_v4()) {  // which has but one form
        return std::string{address};
    }
    if (read.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, read.to_v6()).to_string();
    }
    auto bytes = read.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6{bytes}.to_string();
}

}  // namespace

class kept_attempts::shard {
public:
    explicit shard(std::size_t room) : room_{room} {}

    result<std::vector<attempt_ptr>> keep(const attempt_ptr& begun, std::string binding, const std::string& address) {
        const std::scoped_lock lock{mutex_};
        if (used_.contains(begun->id()) || open_.contains(begun->id())) {
            return login_failure(errc::invalid_argument, "begin", {}, "the random source repeats itself");
        }
        std::vector<attempt_ptr> displaced;
        while (open_.size() + used_.size() >= room_) {
            if (!make_room(address, displaced)) {
                return login_failure(errc::too_many_logins, "begin", {},
                                     "there is no room for another; try again in a minute");
            }
        }
        add(begun, std::move(binding), address);
        return displaced;
    }

    result<attempt_ptr> find(std::string_view id, std::string_view binding, clock::steady_time now) const {
        const std::scoped_lock lock{mutex_};
        if (const auto open = open_.find(id); open != open_.end() && open->second->due() > now) {
            return checked(open->second->what, open->second->binding, binding);
        }
        if (const auto used = used_.find(id); used != used_.end()) {
            return checked(used->second.what, used->second.binding, binding);
        }
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "it has been completed, its time has passed, or another process began it");
    }

    void use(const attempt_ptr& claimed) {
        const std::scoped_lock lock{mutex_};
        if (const auto open = open_.find(claimed->id()); open != open_.end()) {
            set_aside(*open->second);
        }
    }

    void forget(const attempt_ptr& ended) {
        const std::scoped_lock lock{mutex_};
        used_.erase(ended->id());
    }

    void expire(clock::steady_time now, std::vector<attempt_ptr>& expired) {
        const std::scoped_lock lock{mutex_};
        while (!times_.empty() && times_.front().due() <= now) {
            take_or_set_aside(times_.front(), expired);
        }
    }

    clock::steady_time next_due() const {
        const std::scoped_lock lock{mutex_};
        return times_.empty() ? clock::steady_time::max() : times_.front().due();
    }

    void held(std::vector<attempt_ptr>& all) const {
        const std::scoped_lock lock{mutex_};
        for (const auto& each : open_) {
            all.push_back(each.second->what);
        }
        for (const auto& each : used_) {
            all.push_back(each.second.what);
        }
    }

    std::size_t size() const {
        const std::scoped_lock lock{mutex_};
        return open_.size() + used_.size();
    }

private:
    static result<attempt_ptr> checked(const attempt_ptr& found, std::string_view binding, std::string_view cookie) {
        if (!equal_in_constant_time(binding, cookie)) {
            return login_failure(errc::callback_cookie_mismatch, "callback", {},
                                 "it was begun in another browser; begin the login again");
        }
        return found;
    }

    /// If there is no memory for it, a crowd of nobody is left at most.
    void add(const attempt_ptr& begun, std::string binding, const std::string& address) {
        auto made = std::make_unique<record>(begun, std::move(binding));
        auto whose = crowds_.find(address);
        if (whose == crowds_.end()) {
            auto first = std::make_unique<crowd>(address);
            const std::string_view name = first->address;
            whose = crowds_.emplace(name, std::move(first)).first;
        }
        crowd& joined = *whose->second;
        while (of_size_.size() <= joined.size + 1) {
            of_size_.emplace_back();
        }
        record& open = *open_.emplace(begun->id(), std::move(made)).first->second;
        open.among = &joined;
        joined.members.push_back(open);
        put_in_order(joined, joined.size + 1);
        auto later = times_.end();
        while (later != times_.begin() && std::prev(later)->due() > open.due()) {
            --later;  // threads may come in another order than they looked at the clock
        }
        times_.insert(later, open);
    }

    /// The oldest of this address goes, or else the oldest of the address that has most, if that has more than one.
    bool make_room(const std::string& address, std::vector<attempt_ptr>& displaced) {
        const auto own = crowds_.find(address);
        if (own != crowds_.end() && own->second->size > 0) {
            take_or_set_aside(own->second->members.front(), displaced);
            return true;
        }
        if (largest_ < 2) {
            return false;
        }
        take_or_set_aside(of_size_[largest_].back().members.front(), displaced);
        return true;
    }

    void set_aside(record& leaving) {
        used_.emplace(leaving.what->id(), used_record{leaving.what, leaving.binding});
        take_out(leaving);
    }
    void take_or_set_aside(record& leaving, std::vector<attempt_ptr>& taken) {
        if (leaving.what->claim()) {
            taken.push_back(leaving.what);
            take_out(leaving);
        } else {
            set_aside(leaving);  // claimed meanwhile: it is about to be used, and forgotten after that
        }
    }

    void take_out(record& leaving) noexcept {
        crowd& left = *leaving.among;
        const attempt_ptr kept = leaving.what;  // whose id this is
        open_.erase(kept->id());
        put_in_order(left, left.size - 1);
        if (left.size == 0) {
            crowds_.erase(crowds_.find(left.address));
        }
    }

    void put_in_order(crowd& which, std::size_t size) noexcept {
        which.unlink();
        which.size = size;
        if (size > 0) {
            of_size_[size].push_back(which);
        }
        largest_ = std::max(largest_, size);
        while (largest_ > 0 && of_size_[largest_].empty()) {
            --largest_;
        }
    }

    const std::size_t room_;
    mutable brief_mutex mutex_;

    // No trees: each level of one is a wait for memory. Names of crowds and ids are those of what stands behind them.
    boost::unordered_flat_map<std::string_view, std::unique_ptr<record>> open_;
    boost::unordered_flat_map<std::string_view, used_record> used_;
    boost::unordered_flat_map<std::string_view, std::unique_ptr<crowd>> crowds_;
    bi::list<record, bi::base_hook<in_time>, bi::constant_time_size<false>> times_;  ///< What falls due first is first.
    std::deque<crowds> of_size_;                                                     ///< By how many logins they have.
    std::size_t largest_ = 0;
};

kept_attempts::kept_attempts(const kept_logins& how, std::shared_ptr<const clock> time,
                             std::shared_ptr<const random_source> random)
    : clock_{std::move(time)}, random_{std::move(random)} {
    const std::size_t count = shard_count(how.max_logins);
    for (std::size_t each = 0; each < count; ++each) {
        shards_.push_back(std::make_unique<shard>((how.max_logins + count - 1) / count));
    }
}

kept_attempts::~kept_attempts() = default;

/// The state's first character tells the shard, so that a callback finds it.
attempts::drawn kept_attempts::draw(std::string_view address) const {
    constexpr std::size_t state_length = 43;    // 256 bits
    constexpr std::size_t binding_length = 22;  // 128 bits
    const std::string both = random_text(*random_, (state_length + binding_length + 1) * 6 / 8);
    drawn made{both.substr(0, state_length), both.substr(state_length, binding_length), neighbourhood(address)};
    if (const std::string& whose = made.neighbourhood; !whose.empty()) {
        made.state.front() = base64url_alphabet[std::hash<std::string_view>{}(whose) % base64url_alphabet.size()];
    }
    return made;
}

kept_attempts::shard* kept_attempts::shard_of(std::string_view id) const noexcept {
    const std::size_t place = id.empty() ? base64url_alphabet.npos : base64url_alphabet.find(id.front());
    return place == base64url_alphabet.npos ? nullptr : shards_[place % shards_.size()].get();
}

result<attempts::kept> kept_attempts::keep(const attempt_ptr& begun, drawn as) {
    kept made;
    made.cookie = as.binding;
    auto displaced = shard_of(begun->id())->keep(begun, std::move(as.binding), as.neighbourhood);
    if (displaced.has_error()) {
        return displaced.error();
    }
    made.displaced = std::move(*displaced);
    return made;
}

result<attempt_ptr> kept_attempts::find(std::string_view id, std::string_view cookie) {
    const shard* where = shard_of(id);
    if (where == nullptr) {
        return login_failure(errc::callback_login_unknown, "callback", {}, "its state is not one of ours");
    }
    return where->find(id, cookie, clock_->steady_now());
}

bool kept_attempts::use(const attempt_ptr& claimed) {
    shard_of(claimed->id())->use(claimed);
    return true;
}

void kept_attempts::forget(const attempt_ptr& ended) {
    shard_of(ended->id())->forget(ended);
}

std::vector<attempt_ptr> kept_attempts::expire(clock::steady_time now) {
    std::vector<attempt_ptr> expired;
    for (const auto& each : shards_) {
        each->expire(now, expired);
    }
    return expired;
}

clock::steady_time kept_attempts::next_due() const {
    clock::steady_time next = clock::steady_time::max();
    for (const auto& each : shards_) {
        next = std::min(next, each->next_due());
    }
    return next;
}

std::vector<attempt_ptr> kept_attempts::held() const {
    std::vector<attempt_ptr> all;
    for (const auto& each : shards_) {
        each->held(all);
    }
    return all;
}

std::size_t kept_attempts::under_way() const {
    std::size_t total = 0;
    for (const auto& each : shards_) {
        total += each->size();
    }
    return total;
}

}  // namespace coauth::login
