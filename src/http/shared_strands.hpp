#pragma once

#include "http/strand.hpp"

#include <coauth/core/error.hpp>

#include <cstddef>
#include <vector>

namespace coauth::http {

/// Strands for things that are many and short-lived: each gets one of a few. One of its own would cost it memory and
/// a lock that all strands of the program share.
class shared_strands {
public:
    /// `count`: so many of them may run at once; at least 1.
    shared_strands(const executor& where, std::size_t count) {
        strands_.reserve(count);
        while (strands_.size() < count) {
            strands_.push_back(make_strand(where));
        }
    }

    /// For the thing of this number. Throws `error` with `errc::shut_down` after `release`.
    [[nodiscard]] const strand& of(std::size_t number) const {
        if (strands_.empty()) {
            throw error{failure{.code = errc::shut_down}};
        }
        return strands_[number % strands_.size()];
    }

    /// The executor's context ends: it is not asked for anything any more.
    void release() noexcept { strands_.clear(); }

private:
    std::vector<strand> strands_;
};

}  // namespace coauth::http
