#include "ledger.hpp"

#include <coauth/core/random.hpp>

#include <algorithm>
#include <charconv>
#include <mutex>

namespace coauth::sandbox {
namespace {

constexpr std::string_view crowd_prefix = "player-";
constexpr unsigned crowd_size = 1'000'000;

user make_player(unsigned number) {
    const std::string digits = std::to_string(number);
    const std::string login = std::string{crowd_prefix} + digits;
    const std::string uuid = "6f1c2f0e-8a5d-4d0b-9a54-" + std::string(12 - digits.size(), '0') + digits;
    return {login, "Player", digits, login + "@example.com", uuid, 200'000 + number, true};
}

/// One of the crowd, made when first asked for; it stays where it is.
const user* find_in_crowd(std::string_view login) {
    unsigned number = 0;
    if (!login.starts_with(crowd_prefix))
        return nullptr;
    const std::string_view digits = login.substr(crowd_prefix.size());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc{} || number == 0 || number > crowd_size || digits != std::to_string(number))
        return nullptr;
    static std::mutex mutex;
    static std::map<unsigned, user> crowd;
    const std::scoped_lock lock{mutex};
    const auto known = crowd.find(number);
    return known != crowd.end() ? &known->second : &crowd.emplace(number, make_player(number)).first->second;
}

}  // namespace

const std::array<user, 3>& all_users() noexcept {
    static const std::array<user, 3> users{{
        {"ann", "Ann", "Archer", "ann@example.com", "6f1c2f0e-8a5d-4d0b-9a53-0a2f6f3f1a01", 100001, true},
        {"bob", "Bob", "Baker", "bob@example.com", "6f1c2f0e-8a5d-4d0b-9a53-0a2f6f3f1a02", 100002, true},
        {"cyd", "Cyd", "Cooper", "cyd@example.com", "6f1c2f0e-8a5d-4d0b-9a53-0a2f6f3f1a03", 100003, false},
    }};
    return users;
}

const user* find_user(std::string_view login) {
    const auto found = std::ranges::find(all_users(), login, &user::login);
    return found == all_users().end() ? find_in_crowd(login) : &*found;
}

std::string ledger::add(credential issued, std::string_view prefix) {
    if (credentials_.size() >= next_sweep_)
        forget_old(issued.issued_at);
    std::string text = std::string{prefix} + random_text(*system_random(), 32);
    credentials_.emplace(text, std::move(issued));
    return text;
}

credential* ledger::find(std::string_view text) {
    const auto found = credentials_.find(text);
    return found == credentials_.end() ? nullptr : &found->second;
}

void ledger::forget_old(clock::wall_time now) {
    std::erase_if(credentials_, [yesterday = now - std::chrono::hours{24}](const auto& entry) {
        return entry.second.expired(yesterday);
    });
    next_sweep_ = std::max<std::size_t>(1024, 2 * credentials_.size());
}

std::shared_ptr<grant> redeem(ledger& codes, std::string_view code, std::string_view client_id,
                              std::string_view redirect_uri, clock::wall_time now) {
    credential* found = codes.find(code);
    if (!found || !found->alive(now) || found->of->client_id != client_id || found->of->redirect_uri != redirect_uri)
        return nullptr;
    if (found->used) {
        found->of->revoked = true;
        return nullptr;
    }
    found->used = true;
    return found->of;
}

}  // namespace coauth::sandbox
