#include "watch.hpp"

#include "token_status.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace vk_token_api {

using coauth::awaitable;
using coauth::clock;

namespace {

// Longer than that after its end nobody waits for the news.
constexpr std::chrono::hours given_up_after{24};

}  // namespace

watch::watch(coauth::executor where, credentials& kept, coauth::transport& via, webhook_options options,
             std::shared_ptr<const clock> clock, event_log log, watch_pauses pauses)
    : kept_(kept),
      via_(via),
      options_(std::move(options)),
      clock_(clock),
      log_(std::move(log)),
      pauses_(pauses),
      alarm_(std::move(where), std::move(clock)) {
    kept_.on_save([this] { alarm_.ring(); });
}

awaitable<void> watch::run() {
    for (;;) {
        auto next = clock::wall_time::max();
        std::vector<credential> due;
        kept_.for_each_not_notified([&](const credential& each) {
            const auto at = due_at(each);
            if (at <= clock_->now()) {
                due.push_back(each);
            } else {
                next = std::min(next, at);
            }
        });
        for (const credential& each : due) {
            co_await tell(each);
        }
        if (due.empty()) {
            co_await alarm_.wait(next);
        }
    }
}

/// What was tried for this token: nothing yet, if another one was in its place.
watch::attempt& watch::attempt_at(const credential& about) {
    attempt& tried = attempts_[about.id];
    if (tried.version != about.version) {
        tried = {};
        tried.version = about.version;
    }
    return tried;
}

clock::wall_time watch::due_at(const credential& about) const {
    // Less than the window has to be left; times are whole seconds.
    const auto window_opens = *about.expires_at - renewal_window + std::chrono::seconds{1};
    const auto tried = attempts_.find(about.id);
    return tried == attempts_.end() || tried->second.version != about.version
               ? window_opens
               : std::max(window_opens, tried->second.next);
}

awaitable<void> watch::tell(credential about) {
    const bool is_given_up = *about.expires_at + given_up_after <= clock_->now();
    if (is_given_up) {
        report("webhook_given_up", about);
    }
    if (!is_given_up && !attempt_at(about).taken) {
        const bool was_taken = co_await deliver(about);
        attempt& tried = attempt_at(about);
        if (!was_taken) {
            pause(tried);
            co_return;
        }
        tried.failures = 0;
        tried.taken = true;
    }
    if (co_await remember(about)) {
        attempts_.erase(about.id);
    } else {
        pause(attempt_at(about));
    }
}

awaitable<bool> watch::deliver(credential about) {
    coauth::http_request request = webhook_request(options_, about, clock_->now());
    std::string why;
    try {
        const coauth::http_response answer = co_await via_.send(std::move(request));
        if (answer.status() >= 200 && answer.status() <= 299) {
            report("webhook_taken", about);
            co_return true;
        }
        why = "HTTP " + std::to_string(answer.status());
    } catch (const coauth::error& failed) {
        if (coauth::class_of(failed.reason()) == coauth::failure_class::cancelled) {
            throw;
        }
        why = failed.what();
    }
    report("webhook_failed", about, std::move(why));
    co_return false;
}

awaitable<bool> watch::remember(credential about) {
    try {
        co_await kept_.mark_notified(about);
        co_return true;
    } catch (const coauth::error& failed) {
        if (coauth::class_of(failed.reason()) == coauth::failure_class::cancelled) {
            throw;
        }
        report("store_failed", about, failed.what());
    }
    co_return false;
}

void watch::pause(attempt& failed) const {
    constexpr unsigned most_doublings = 20;
    const auto doubled = pauses_.first * (1 << std::min(failed.failures, most_doublings));
    ++failed.failures;
    failed.next = clock_->now() + std::min<std::chrono::seconds>(doubled, pauses_.greatest);
}

void watch::report(const char* event, const credential& about, std::string why) const {
    boost::json::object fields;
    fields["credential_id"] = about.id;
    if (!why.empty()) {
        fields["why"] = std::move(why);
    }
    log_.write(event, std::move(fields));
}

}  // namespace vk_token_api
