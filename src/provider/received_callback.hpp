#pragma once

#include "provider/form_fields.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/provider/callback.hpp>
#include <coauth/provider/profile.hpp>

#include <string_view>

namespace coauth::provider {

/// What came back, its parameters read once: first for its state, then for what it grants. Wiped at its end.
class received_callback {
public:
    received_callback(const profile& what, std::string_view callback);
    ~received_callback();

    received_callback(const received_callback&) = delete;
    received_callback& operator=(const received_callback&) = delete;

    /// As `callback_state`.
    [[nodiscard]] std::string_view state() const noexcept;

    /// As `read_callback`.
    [[nodiscard]] result<grant> read(const profile& what, const authorization& login,
                                     clock::wall_time received_at) const;

private:
    const profile& what_;
    form_fields fields_;
};

}  // namespace coauth::provider
