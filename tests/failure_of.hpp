#pragma once

#include <coauth/core/error.hpp>

#include <concepts>
#include <stdexcept>
#include <utility>

namespace coauth::test {

/// Does what must fail, and returns how.
template <std::invocable Action>
failure failure_of(Action&& fails) {
    try {
        std::forward<Action>(fails)();
    } catch (const error& thrown) {
        return thrown.details();
    }
    throw std::logic_error("the operation did not fail");
}

}  // namespace coauth::test
