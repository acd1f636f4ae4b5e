#pragma once

#include "login/attempts.hpp"

#include <coauth/core/random.hpp>
#include <coauth/login/login_options.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace coauth::login {

/// Logins in memory, in shards: all logins of an address are in one, so that whoever floods displaces his own.
class kept_attempts final : public attempts {
public:
    kept_attempts(const kept_logins& how, std::shared_ptr<const clock> time,
                  std::shared_ptr<const random_source> random);
    ~kept_attempts() override;

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
    class shard;

    [[nodiscard]] shard* shard_of(std::string_view id) const noexcept;

    const std::shared_ptr<const clock> clock_;
    const std::shared_ptr<const random_source> random_;
    std::vector<std::unique_ptr<shard>> shards_;
};

}  // namespace coauth::login
