#pragma once

#include "login/outcome.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/provider/authorization.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coauth::login {

/// A login is found by the beginning of its state, which is its id and part of its cookie's name; the rest of the state
/// proves that a callback belongs to it.
inline constexpr std::size_t id_length = 16;

/// What a login was begun with that comes back at its end.
struct particulars {
    std::string return_to = "/";
    std::string account;
    std::string tag;

    friend bool operator==(const particulars&, const particulars&) = default;
};

/// A login under way: all that is known of it from `begin` to its end.
struct attempt {
    attempt(client with, authorization&& begun_with, particulars&& more)
        : who(std::move(with)),
          asked(std::move(begun_with)),
          more_{more == particulars{} ? nullptr : std::make_unique<const particulars>(std::move(more))} {}

    client who;
    authorization asked;  ///< Its URL is empty: the browser has it.
    clock::wall_time begun{};
    clock::steady_time due{};  ///< When its time has passed.

    std::atomic<bool> claimed{false};   ///< Its callback has come, or it was given up: nobody else may use it.
    std::atomic<std::size_t> print{0};  ///< Of the callback that has come.
    outcome ended;

    [[nodiscard]] std::string_view id() const noexcept { return std::string_view{asked.state}.substr(0, id_length); }

    /// Whether it is the caller's to use up; once.
    [[nodiscard]] bool claim() noexcept { return !claimed.exchange(true); }

    [[nodiscard]] const particulars& more() const noexcept {
        static const particulars none;
        return more_ ? *more_ : none;
    }

private:
    std::unique_ptr<const particulars> more_;  ///< Null: none, as it is with most; many are under way.
};
using attempt_ptr = std::shared_ptr<attempt>;

}  // namespace coauth::login
