#include "credentials.hpp"

#include "credential_record.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace vk_token_api {
namespace {

namespace asio = boost::asio;
using coauth::awaitable;

// What VK gives where nothing else is stated.
constexpr std::chrono::hours usual_lifetime{24};

/// Awaits the work to its end, also if the caller is cancelled meanwhile.
template <class T>
awaitable<T> carried_out(awaitable<T> work) {
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    co_return co_await asio::co_spawn(here, std::move(work),
                                      asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable));
}

/// The token as it is kept, and when it ends.
coauth::token value_of(const new_token& submitted, const coauth::token* before) {
    const bool is_known = before != nullptr && before->access_token == submitted.access_token;
    coauth::token value{submitted.access_token};
    const auto issued_at = is_known ? before->issued_at.value_or(submitted.received_at) : submitted.received_at;
    value.issued_at = issued_at;
    if (is_known && !submitted.lifetime) {
        value.expires_at = before->expires_at;
    } else if (!submitted.lifetime || submitted.lifetime->count() > 0) {
        value.expires_at = issued_at + submitted.lifetime.value_or(usual_lifetime);
    }
    return value;
}

}  // namespace

credentials::credentials(std::shared_ptr<coauth::token_store> store) : store_(std::move(store)) {}

awaitable<void> credentials::load() {
    constexpr std::size_t page_size = 500;
    std::string next;
    do {
        const coauth::store_page page = co_await store_->scan(next, page_size);
        for (const auto& each : page.items) {
            if (!each.record) {
                throw coauth::error(each.unreadable.value_or(coauth::failure{}));
            }
            if (auto read = read_credential(*each.record, each.version)) {
                remember(std::move(*read));
            }
        }
        next = page.next;
    } while (!next.empty());
}

awaitable<credential> credentials::save(std::string owner, std::string account_name, new_token submitted) {
    co_return co_await carried_out(write(std::move(owner), std::move(account_name), std::move(submitted)));
}

awaitable<void> credentials::mark_notified(credential told) {
    co_await carried_out(write_notified(std::move(told)));
}

awaitable<credential> credentials::write(std::string owner, std::string account_name, new_token submitted) {
    const coauth::token_key key = key_of(owner, account_name);
    std::int64_t id = 0;
    for (;;) {
        const std::optional<coauth::stored_token> before = co_await store_->load(key);
        const auto known = before ? read_credential(before->record, before->version) : std::nullopt;
        if (known) {
            id = known->id;
        } else if (id == 0) {
            id = ++last_id_;
        }
        const coauth::token* const old = before ? &before->record.value : nullptr;
        const coauth::token value = value_of(submitted, old);

        credential changed;
        changed.id = id;
        changed.owner = owner;
        changed.account_name = account_name;
        changed.user_id = submitted.user_id;
        changed.expires_at = value.expires_at;
        changed.submitted_at = submitted.received_at;
        changed.notified = known && known->notified && old->access_token == value.access_token;
        const coauth::token_record record = record_of(changed, value);
        const auto version = co_await store_->commit(key, record, before ? before->version : 0);
        if (version) {
            changed.version = *version;
            remember(changed);
            if (on_save_) {
                on_save_();
            }
            co_return changed;
        }
    }
}

awaitable<void> credentials::write_notified(credential told) {
    const coauth::token_key key = key_of(told.owner, told.account_name);
    for (;;) {
        const std::optional<coauth::stored_token> there = co_await store_->load(key);
        auto found = there ? read_credential(there->record, there->version) : std::nullopt;
        if (!found) {
            known_.erase({told.owner, told.account_name});
            co_return;
        }
        if (found->version != told.version) {
            remember(std::move(*found));
            co_return;
        }
        found->notified = true;
        const coauth::token_record record = record_of(*found, there->record.value);
        if (const auto version = co_await store_->commit(key, record, found->version)) {
            found->version = *version;
            remember(std::move(*found));
            co_return;
        }
    }
}

void credentials::remember(credential changed) {
    last_id_ = std::max(last_id_, changed.id);
    credential& kept = known_[{changed.owner, changed.account_name}];
    if (changed.version > kept.version) {
        kept = std::move(changed);
    }
}

std::optional<credential> credentials::find(const std::string& owner, const std::string& account_name) const {
    const auto found = known_.find({owner, account_name});
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<credential> credentials::of(const std::string& owner) const {
    std::vector<credential> all;
    for (auto each = known_.lower_bound({owner, ""}); each != known_.end() && each->first.first == owner; ++each) {
        all.push_back(each->second);
    }
    return all;
}

std::optional<credential> credentials::latest(const std::string& owner) const {
    const std::vector<credential> all = of(owner);
    const auto last = std::max_element(all.begin(), all.end(), [](const credential& left, const credential& right) {
        return std::pair{left.submitted_at, left.id} < std::pair{right.submitted_at, right.id};
    });
    return last == all.end() ? std::nullopt : std::optional(*last);
}

void credentials::for_each_not_notified(const std::function<void(const credential&)>& seen) const {
    for (const auto& [key, each] : known_) {
        if (each.expires_at && !each.notified) {
            seen(each);
        }
    }
}

}  // namespace vk_token_api
