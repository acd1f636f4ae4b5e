#include "submission.hpp"

#include "submitted_token.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace vk_token_api {
namespace {

namespace json = boost::json;
using coauth::awaitable;
using coauth::errc;

constexpr std::size_t longest_account_name = 100;

/// Memory for JSON with a token in it: overwritten at its end. A body that needs more takes the rest from the heap.
class wiped_memory {
public:
    wiped_memory() = default;
    wiped_memory(const wiped_memory&) = delete;
    wiped_memory& operator=(const wiped_memory&) = delete;
    ~wiped_memory() { OPENSSL_cleanse(room_.data(), room_.size()); }

    [[nodiscard]] json::storage_ptr storage() noexcept { return &resource_; }

private:
    std::array<unsigned char, 32 * 1024> room_;
    json::monotonic_resource resource_{room_.data(), room_.size()};
};

std::optional<std::int64_t> number_of(const std::string& subject) {
    std::int64_t number = 0;
    const char* const end = subject.data() + subject.size();
    const auto [read_to, failed] = std::from_chars(subject.data(), end, number);
    return failed == std::errc{} && read_to == end ? std::optional(number) : std::nullopt;
}

bool says(const coauth::failure& refusal, std::string_view words) {
    return refusal.provider_text.find(words) != refusal.provider_text.npos;
}

}  // namespace

outcome<std::string> read_account_name(std::string_view given) {
    const auto begin = given.find_first_not_of(' ');
    const auto name = begin == given.npos ? "" : given.substr(begin, given.find_last_not_of(' ') - begin + 1);
    if (name.size() > longest_account_name ||
        std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
        return unreadable_request("account_name is longer than 100 bytes, or holds control characters");
    }
    return std::string(name.empty() ? "default" : name);
}

outcome<submission> read_submission(std::string_view body) {
    wiped_memory memory;
    json::error_code failed;
    const json::value parsed = json::parse(body, failed, memory.storage());
    const json::object* const members = parsed.if_object();
    if (failed || members == nullptr) {
        return unreadable_request("The body is not a JSON object");
    }
    const json::value* const token_data = members->if_contains("token_data");
    if (token_data == nullptr || !token_data->is_string()) {
        return unreadable_request("token_data is missing, or is not a string");
    }
    const json::value* const account_name = members->if_contains("account_name");
    if (account_name != nullptr && !account_name->is_string() && !account_name->is_null()) {
        return unreadable_request("account_name is not a string");
    }
    auto name = read_account_name(account_name != nullptr && account_name->is_string()
                                      ? std::string_view(account_name->get_string())
                                      : std::string_view{});
    if (!name) {
        return name.error();
    }
    submission read;
    read.token_data = coauth::secret{std::string(token_data->get_string())};
    read.account_name = std::move(*name);
    return read;
}

problem meaning_of(const coauth::failure& refusal) {
    const bool is_refusal = coauth::class_of(refusal.code) == coauth::failure_class::refused;
    const bool is_passing = refusal.code == errc::rate_limited || refusal.code == errc::server_error ||
                            refusal.code == errc::temporarily_unavailable;
    if (!is_refusal || is_passing) {
        return vk_unavailable();
    }
    if (says(refusal, "ip address")) {
        return ip_mismatch();
    }
    return says(refusal, "has expired") ? token_expired() : vk_api_error();
}

submissions::submissions(coauth::client vk, credentials& kept, std::shared_ptr<const coauth::clock> clock,
                         event_log log)
    : vk_(std::move(vk)), kept_(kept), clock_(std::move(clock)), log_(std::move(log)) {}

problem submissions::refused(const coauth::failure& why) const {
    boost::json::object fields;
    fields["why"] = why.message();
    if (coauth::class_of(why.code) == coauth::failure_class::store) {
        log_.write("store_failed", std::move(fields));
        return store_unavailable();
    }
    log_.write("token_refused", std::move(fields));
    return meaning_of(why);
}

awaitable<outcome<credential>> submissions::take(submission given) {
    auto read = read_token_data(given.token_data.reveal());
    if (!read) {
        co_return read.error();
    }
    new_token fresh;
    fresh.access_token = std::move(read->access_token);
    fresh.lifetime = read->lifetime;
    fresh.received_at = std::chrono::floor<std::chrono::seconds>(clock_->now());
    try {
        const coauth::token asked{fresh.access_token};
        const coauth::identity whose = co_await vk_.userinfo(asked);
        const auto user_id = number_of(whose.subject);
        if (!user_id) {
            co_return vk_unavailable();
        }
        if (read->user_id && *read->user_id != *user_id) {
            co_return another_user();
        }
        fresh.user_id = *user_id;
        co_return co_await kept_.save(std::move(given.owner), std::move(given.account_name), std::move(fresh));
    } catch (const coauth::error& failed) {
        if (coauth::class_of(failed.reason()) == coauth::failure_class::cancelled) {
            throw;
        }
        co_return refused(failed.details());
    }
}

}  // namespace vk_token_api
