#pragma once

#include "core/brief_mutex.hpp"
#include "login/attempts.hpp"
#include "login/served_clients.hpp"

#include <coauth/core/random.hpp>
#include <coauth/login/login_options.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coauth::login {

/// Logins that travel in their browser's cookie, sealed. Held are those that somebody here may wait for, and the ids of
/// those that were used up, until their time has passed.
class sealed_attempts final : public attempts {
public:
    sealed_attempts(sealed_logins how, const served_clients& served, std::shared_ptr<const clock> time,
                    std::shared_ptr<const random_source> random);

    [[nodiscard]] drawn draw(std::string_view address) const override;
    [[nodiscard]] result<kept> keep(const attempt_ptr& begun, drawn as) override;
    [[nodiscard]] result<attempt_ptr> find(std::string_view id, std::string_view cookie) override;
    [[nodiscard]] bool use(const attempt_ptr& claimed) override;
    void forget(const attempt_ptr& ended) override;
    [[nodiscard]] std::vector<attempt_ptr> expire(clock::steady_time now) override;
    [[nodiscard]] clock::steady_time next_due() const override;
    [[nodiscard]] std::vector<attempt_ptr> held() const override;
    [[nodiscard]] std::size_t under_way() const override;

private:
    [[nodiscard]] std::string seal(const attempt& what) const;
    [[nodiscard]] result<attempt_ptr> unseal(std::string_view id, std::string_view cookie) const;
    void hold(const attempt_ptr& what);
    void forget_first_used();

    const sealed_logins how_;
    const served_clients& served_;
    const std::shared_ptr<const clock> clock_;
    const std::shared_ptr<const random_source> random_;
    mutable brief_mutex mutex_;
    using id_bytes = std::array<char, id_length>;  ///< An id without memory of its own.
    [[nodiscard]] static id_bytes bytes_of(std::string_view id) noexcept;

    boost::unordered_flat_map<id_bytes, std::weak_ptr<attempt>> live_;  ///< So that a login is one, whoever finds it.
    std::size_t purge_live_at_ = 64;
    boost::unordered_flat_map<id_bytes, attempt_ptr> completing_;
    boost::unordered_flat_set<id_bytes> used_;
    std::map<clock::steady_time, std::vector<id_bytes>> used_until_;  ///< By the second in which they may be forgotten.
};

}  // namespace coauth::login
