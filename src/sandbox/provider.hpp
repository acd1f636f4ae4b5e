#pragma once

#include "consent.hpp"
#include "fields.hpp"
#include "ledger.hpp"
#include "messages.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/sandbox/server.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::sandbox {

/// A simulated provider: a function from requests to answers, without sockets.
///
/// This class has what all five share: applications, routes, consent, faults, counters. What makes a provider itself is
/// in the class derived from it.
///
/// Threads: the public functions, any; the protected and virtual ones are called with the lock held.
class provider {
public:
    virtual ~provider() = default;

    provider(const provider&) = delete;
    provider& operator=(const provider&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::vector<std::string> hosts() const;

    answer handle(const request& received);

    /// Replaces one of the same client id.
    void register_application(application added);
    void set_behaviour(behaviour changed);

    /// Both throw `std::invalid_argument` for an endpoint that it does not have.
    void set_fault(std::string_view endpoint_name, fault next);
    [[nodiscard]] std::uint64_t calls(std::string_view endpoint_name) const;

protected:
    provider(std::string name, std::string title, std::shared_ptr<const clock> time);

    /// A request to an endpoint.
    struct call {
        const request& received;
        fields path;  ///< The values of the variable parts.
        fields query;
    };
    using handler = std::function<response(const call&)>;

    /// `path` is made of literal segments and `:name`; of two that fit, the first one serves.
    void serve(std::string_view host, std::string_view method, std::string_view path, handler handle);

    /// A page of the user's: its failures are pages too. Serves the consent form's target on `host` as well.
    void serve_authorize_page(std::string_view host, std::string_view path, handler handle);

    [[nodiscard]] clock::wall_time now() const noexcept { return time_->now(); }
    [[nodiscard]] const behaviour& knobs() const noexcept { return behaviour_; }
    void add_application(application added);
    [[nodiscard]] const application* find_application(std::string_view client_id) const;
    [[nodiscard]] const std::map<std::string, application, std::less<>>& applications() const { return applications_; }

    /// Access tokens live so long.
    [[nodiscard]] std::chrono::seconds token_lifetime(std::chrono::seconds documented) const;

    /// The application of an authorize request; ends it with a page where there is none of this id, or where the
    /// redirect URI is not one of its own.
    [[nodiscard]] const application& known_application(std::string_view client_id) const;
    void require_registered(const application& asking, std::string_view redirect_uri) const;

    /// Asks the user, or obeys the headers of a program that answers for them, and goes on with `allowed` or `denied`.
    [[nodiscard]] response ask(const call& received, grant wanted);

    /// Who is known to be at the other end: in this browser, or by a program's word. Null: nobody yet.
    [[nodiscard]] const user* present_user(const call& received) const;

private:
    /// Where to send the user.
    virtual std::string allowed(std::shared_ptr<grant> given) = 0;
    virtual std::string denied(const grant& wanted) = 0;

    /// An error in the provider's own shape.
    [[nodiscard]] virtual response describe(const malformed_request& error) const = 0;

    struct endpoint {
        std::string name;
        std::string host;
        std::string method;
        std::vector<std::string> segments;
        handler handle;
        bool is_page = false;
        std::uint64_t calls = 0;
        fault next_fault{.times = 0};
    };

    /// Where a request goes, and with what.
    struct route {
        endpoint* target;
        fields path;
        std::string_view query;  ///< Still encoded.
    };

    /// Throws `malformed_request` or `refusal` where there is none.
    route find_route(const request& received);
    response run(const route& found, const request& received);
    static std::optional<fault> take_fault(endpoint& target);
    response answer_consent(const call& received);
    response decide(grant wanted, bool allow, const user& subject, const request& received, unsigned status);
    [[nodiscard]] std::size_t index_of(std::string_view endpoint_name) const;

    const std::string name_;
    const std::string title_;
    const std::shared_ptr<const clock> time_;

    mutable std::mutex mutex_;
    std::vector<endpoint> endpoints_;
    std::map<std::string, application, std::less<>> applications_;
    behaviour behaviour_;
    consent_desk desk_;
};

[[nodiscard]] std::unique_ptr<provider> make_hike(std::shared_ptr<const clock> time);
[[nodiscard]] std::unique_ptr<provider> make_hikka(std::shared_ptr<const clock> time);
[[nodiscard]] std::unique_ptr<provider> make_hitbox(std::shared_ptr<const clock> time);
[[nodiscard]] std::unique_ptr<provider> make_hitkey(std::shared_ptr<const clock> time);
[[nodiscard]] std::unique_ptr<provider> make_vk(std::shared_ptr<const clock> time);

}  // namespace coauth::sandbox
