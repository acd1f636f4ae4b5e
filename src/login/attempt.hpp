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

/// A login under way: all that is known of it from `begin` to its end.
struct attempt {
    attempt(client with, authorization begun_with) : who(std::move(with)), asked(std::move(begun_with)) {}

    client who;
    authorization asked;  ///< Its URL is empty: the browser has it.
    std::string return_to;
    std::string account;
    std::string tag;
    clock::wall_time begun{};
    clock::steady_time due{};  ///< When its time has passed.

    std::atomic<bool> claimed{false};   ///< Its callback has come, or it was given up: nobody else may use it.
    std::atomic<std::size_t> print{0};  ///< Of the callback that has come.
    outcome ended;

    [[nodiscard]] std::string_view id() const noexcept { return std::string_view{asked.state}.substr(0, id_length); }

    /// Whether it is the caller's to use up; once.
    [[nodiscard]] bool claim() noexcept { return !claimed.exchange(true); }
};
using attempt_ptr = std::shared_ptr<attempt>;

}  // namespace coauth::login
