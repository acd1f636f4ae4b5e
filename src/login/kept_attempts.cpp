#include "login/kept_attempts.hpp"

#include "core/base64url_alphabet.hpp"
#include "core/brief_mutex.hpp"
#include "login/login_failure.hpp"

#include <coauth/core/secret.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/mem_fun.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

namespace coauth::login {

namespace {

namespace mi = boost::multi_index;

/// More shards let more threads in at once; few logins need but one, whose room is everybody's.
std::size_t shard_count(std::size_t max_logins) {
    return std::clamp<std::size_t>(std::bit_floor(max_logins / 4096), 1, 32);
}

/// Of an address that is none, so much is told apart: it may be what a request said.
constexpr std::size_t longest_name = 64;

struct record {
    attempt_ptr what;
    std::string binding;  ///< The cookie's value.
    std::string address;
    std::uint64_t order;  ///< Of its beginning.

    [[nodiscard]] std::string_view id() const noexcept { return what->id(); }
    [[nodiscard]] clock::steady_time due() const noexcept { return what->due; }
};

struct by_id {};
struct by_time {};
struct by_address {};
using records = mi::multi_index_container<
    record, mi::indexed_by<
                mi::hashed_unique<mi::tag<by_id>, mi::const_mem_fun<record, std::string_view, &record::id>,
                                  std::hash<std::string_view>>,
                mi::ordered_non_unique<mi::tag<by_time>, mi::const_mem_fun<record, clock::steady_time, &record::due>>,
                mi::ordered_unique<mi::tag<by_address>,
                                   mi::composite_key<record, mi::member<record, std::string, &record::address>,
                                                     mi::member<record, std::uint64_t, &record::order>>>>>;

struct crowd {
    std::string address;
    std::size_t size;
};
struct by_size {};
using crowds = mi::multi_index_container<
    crowd, mi::indexed_by<mi::hashed_unique<mi::tag<by_address>, mi::member<crowd, std::string, &crowd::address>>,
                          mi::ordered_non_unique<mi::tag<by_size>, mi::member<crowd, std::size_t, &crowd::size>>>>;

struct used_record {
    attempt_ptr what;
    std::string binding;
};

}  // namespace

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

class kept_attempts::shard {
public:
    explicit shard(std::size_t room) : room_{room} {}

    result<std::vector<attempt_ptr>> keep(const attempt_ptr& begun, std::string binding, const std::string& address) {
        const std::scoped_lock lock{mutex_};
        if (used_.contains(begun->id()) || open_.get<by_id>().contains(begun->id())) {
            return login_failure(errc::invalid_argument, "begin", {}, "the random source repeats itself");
        }
        std::vector<attempt_ptr> displaced;
        while (open_.size() + used_.size() >= room_) {
            if (!make_room(address, displaced)) {
                return login_failure(errc::too_many_logins, "begin", {},
                                     "there is no room for another; try again in a minute");
            }
        }
        open_.insert({begun, std::move(binding), address, ++order_});
        count(address, 1);
        return displaced;
    }

    result<attempt_ptr> find(std::string_view id, std::string_view binding, clock::steady_time now) const {
        const std::scoped_lock lock{mutex_};
        const auto& ids = open_.get<by_id>();
        if (const auto open = ids.find(id); open != ids.end() && open->what->due > now) {
            return checked(open->what, open->binding, binding);
        }
        if (const auto used = used_.find(id); used != used_.end()) {
            return checked(used->second.what, used->second.binding, binding);
        }
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "it has been completed, its time has passed, or another process began it");
    }

    void use(const attempt_ptr& claimed) {
        const std::scoped_lock lock{mutex_};
        auto& ids = open_.get<by_id>();
        if (const auto open = ids.find(claimed->id()); open != ids.end()) {
            set_aside(*open);
            ids.erase(open);
        }
    }

    void forget(const attempt_ptr& ended) {
        const std::scoped_lock lock{mutex_};
        used_.erase(ended->id());
    }

    void expire(clock::steady_time now, std::vector<attempt_ptr>& expired) {
        const std::scoped_lock lock{mutex_};
        auto& times = open_.get<by_time>();
        while (!times.empty() && times.begin()->due() <= now) {
            take_or_set_aside(*times.begin(), expired);
            times.erase(times.begin());
        }
    }

    clock::steady_time next_due() const {
        const std::scoped_lock lock{mutex_};
        const auto& times = open_.get<by_time>();
        return times.empty() ? clock::steady_time::max() : times.begin()->due();
    }

    void held(std::vector<attempt_ptr>& all) const {
        const std::scoped_lock lock{mutex_};
        for (const record& each : open_) {
            all.push_back(each.what);
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

    /// The oldest of this address goes, or else the oldest of the address that has most, if that has more than one.
    bool make_room(const std::string& address, std::vector<attempt_ptr>& displaced) {
        const auto& sizes = crowds_.get<by_size>();
        const bool own = crowds_.find(address) != crowds_.end();
        if (sizes.empty() || (!own && std::prev(sizes.end())->size < 2)) {
            return false;
        }
        const std::string whose = own ? address : std::prev(sizes.end())->address;
        auto& addresses = open_.get<by_address>();
        const auto oldest = addresses.lower_bound(whose);
        take_or_set_aside(*oldest, displaced);
        addresses.erase(oldest);
        return true;
    }

    /// Of a record that leaves `open_`.
    void set_aside(const record& leaving) {
        used_.emplace(leaving.what->id(), used_record{leaving.what, leaving.binding});
        count(leaving.address, -1);
    }
    void take_or_set_aside(const record& leaving, std::vector<attempt_ptr>& taken) {
        if (leaving.what->claim()) {
            taken.push_back(leaving.what);
            count(leaving.address, -1);
        } else {
            set_aside(leaving);  // claimed meanwhile: it is about to be used, and forgotten after that
        }
    }

    void count(const std::string& address, int change) {
        const auto known = crowds_.find(address);
        if (known == crowds_.end()) {
            crowds_.insert({address, 1});
        } else if (known->size == 1 && change < 0) {
            crowds_.erase(known);
        } else {
            crowds_.modify(known, [&](crowd& each) { each.size += static_cast<std::size_t>(change); });
        }
    }

    const std::size_t room_;
    mutable brief_mutex mutex_;
    records open_;
    crowds crowds_;
    boost::unordered_flat_map<std::string_view, used_record> used_;  ///< Their ids are those of what they hold.
    std::uint64_t order_ = 0;
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
    drawn made{both.substr(0, state_length), both.substr(state_length, binding_length)};
    if (!address.empty()) {
        made.state.front() = base64url_alphabet[std::hash<std::string_view>{}(address) % base64url_alphabet.size()];
    }
    return made;
}

kept_attempts::shard* kept_attempts::shard_of(std::string_view id) const noexcept {
    const std::size_t place = id.empty() ? base64url_alphabet.npos : base64url_alphabet.find(id.front());
    return place == base64url_alphabet.npos ? nullptr : shards_[place % shards_.size()].get();
}

result<attempts::kept> kept_attempts::keep(const attempt_ptr& begun, std::string binding, const std::string& address) {
    kept made;
    made.cookie = binding;
    auto displaced = shard_of(begun->id())->keep(begun, std::move(binding), address);
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
