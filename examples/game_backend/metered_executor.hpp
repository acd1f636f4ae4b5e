#pragma once

#include "game_backend/busy_meter.hpp"

#include <coauth/http/awaitable.hpp>

#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>

namespace game_backend {

/// An executor whose handlers are measured: whatever runs on it is charged to one account of the meter.
///
/// The game has two over one strand: its own, and the one on which its players' coroutines run. So everything that
/// coauth does on the strand is measured, together with the game's own lines around it.
template <class Strand>
class metered_executor {
public:
    metered_executor(Strand strand, busy_meter& meter, account whose) noexcept
        : strand_{std::move(strand)}, meter_{&meter}, whose_{whose} {}

    template <class Handler>
    void execute(Handler&& handler) const {
        strand_.execute(
            [kept = std::decay_t<Handler>(std::forward<Handler>(handler)), meter = meter_, whose = whose_]() mutable {
                const busy_meter::handler measured{*meter, whose};
                auto once = std::move(kept);  // so that its end is measured too
                once();
            });
    }

    // Everything else is the strand's (see "Executor requirements" of Asio).

    template <class Property>
        requires boost::asio::can_query_v<const Strand&, Property>
    [[nodiscard]] decltype(auto) query(const Property& property) const {
        return boost::asio::query(strand_, property);
    }

    template <class Property>
        requires boost::asio::can_require_v<const Strand&, Property>
    [[nodiscard]] auto require(const Property& property) const {
        return with(boost::asio::require(strand_, property));
    }

    template <class Property>
        requires boost::asio::can_prefer_v<const Strand&, Property>
    [[nodiscard]] auto prefer(const Property& property) const {
        return with(boost::asio::prefer(strand_, property));
    }

    friend bool operator==(const metered_executor&, const metered_executor&) noexcept = default;

private:
    template <class Other>
    [[nodiscard]] metered_executor<Other> with(Other strand) const {
        return {std::move(strand), *meter_, whose_};
    }

    Strand strand_;
    busy_meter* meter_;
    account whose_;
};

}  // namespace game_backend
