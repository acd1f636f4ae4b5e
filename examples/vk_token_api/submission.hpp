#pragma once

#include "credentials.hpp"
#include "event_log.hpp"
#include "problem.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace vk_token_api {

/// What a user submits, whether through the API or on the page.
class submission {
public:
    submission() = default;

    std::string owner;
    coauth::secret token_data;
    std::string account_name;
};

/// Reads the body of `token/submit`; the owner is not in it.
[[nodiscard]] outcome<submission> read_submission(std::string_view body);

/// The name under which a token is kept, without the spaces around it; "default" for none.
[[nodiscard]] outcome<std::string> read_account_name(std::string_view given);

/// Takes tokens: reads them, has VK say whose they are, and saves them.
class submissions {
public:
    submissions(coauth::client vk, credentials& kept, std::shared_ptr<const coauth::clock> clock, event_log log);

    /// A token that is not taken is a problem. Throws nothing but `std::bad_alloc` and, if it is cancelled, what says
    /// so.
    [[nodiscard]] coauth::awaitable<outcome<credential>> take(submission given);

private:
    [[nodiscard]] problem refused(const coauth::failure& why) const;

    coauth::client vk_;
    credentials& kept_;
    std::shared_ptr<const coauth::clock> clock_;
    event_log log_;
};

/// What VK's refusal means to the user.
[[nodiscard]] problem meaning_of(const coauth::failure& refusal);

}  // namespace vk_token_api
