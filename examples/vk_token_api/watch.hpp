#pragma once

#include "alarm.hpp"
#include "credentials.hpp"
#include "event_log.hpp"
#include "webhook.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/random.hpp>
#include <coauth/http/transport.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace vk_token_api {

/// How long the watch pauses after a webhook that was not taken: the first pause, doubled each time up to the greatest.
struct watch_pauses {
    std::chrono::seconds first{5};
    std::chrono::seconds greatest{600};
};

/// Tells the webhook of each token that has less than `renewal_window` left: once, when an answer of 2xx came and the
/// store knows of it. After a restart it goes on with those that were not told. Tokens whose end is a day past are
/// given up.
///
/// Threads: those of one strand, the same as the credentials'. All objects it is given outlive it.
class watch {
public:
    watch(coauth::executor where, credentials& kept, coauth::transport& via, webhook_options options,
          std::shared_ptr<const coauth::clock> clock, event_log log, watch_pauses pauses = {});

    /// Watches until it is cancelled.
    [[nodiscard]] coauth::awaitable<void> run();

private:
    /// What was tried for one token.
    struct attempt {
        std::uint64_t version = 0;
        unsigned failures = 0;
        coauth::clock::wall_time next{};
        bool taken = false;  ///< The receiver has it; the store does not know yet.
    };

    [[nodiscard]] coauth::awaitable<void> tell(credential about);
    [[nodiscard]] coauth::awaitable<bool> deliver(credential about);
    [[nodiscard]] coauth::awaitable<bool> remember(credential about);
    [[nodiscard]] attempt& attempt_at(const credential& about);
    [[nodiscard]] coauth::clock::wall_time due_at(const credential& about) const;
    void pause(attempt& failed) const;
    void report(const char* event, const credential& about, std::string why = {}) const;

    credentials& kept_;
    coauth::transport& via_;
    webhook_options options_;
    std::shared_ptr<const coauth::clock> clock_;
    event_log log_;
    watch_pauses pauses_;
    alarm alarm_;
    std::map<std::int64_t, attempt> attempts_;
};

}  // namespace vk_token_api
