#pragma once

#include "tests/cache/held_callers.hpp"

#include <coauth/core/error.hpp>
#include <coauth/http/transport.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coauth::test {

/// A provider behind a transport that rotates refresh tokens as Hike does: each is good for one use, and a second use
/// ends the whole family; and that revokes them. No network; requests can be held, failed before or after they were
/// carried out, and counted.
class rotating_provider final : public transport {
public:
    /// What becomes of the next request.
    enum class fate {
        served,
        lost_before,  ///< The connection breaks before a byte is sent.
        unheard,      ///< It was sent, and the connection broke before the provider had read it.
        lost_after,   ///< The provider carries it out; its answer is lost.
        timeout,      ///< The same, by a deadline.
        unavailable,  ///< 503, nothing carried out.
        refused,      ///< invalid_grant, though the token is good.
        bad_client,   ///< invalid_client
        garbled,      ///< Carried out; the answer is not JSON.
    };

    /// A refresh token that works, of a family of its own.
    std::string issue(const std::string& account) {
        const std::scoped_lock lock{mutex_};
        return issue_locked(account);
    }

    /// Whether this refresh token would be taken now.
    bool works(std::string_view refresh_token) {
        const std::scoped_lock lock{mutex_};
        const auto found = live_.find(std::string{refresh_token});
        return found != live_.end();
    }

    void next(fate what) {
        const std::scoped_lock lock{mutex_};
        script_.push_back(what);
    }
    void always(fate what) {
        const std::scoped_lock lock{mutex_};
        otherwise_ = what;
    }
    void retry_after(std::string seconds) {
        const std::scoped_lock lock{mutex_};
        retry_after_ = std::move(seconds);
    }

    /// Requests that come from now on are answered only after `let_go`.
    void hold() {
        const std::scoped_lock lock{mutex_};
        holding_ = true;
    }
    void let_go() {
        {
            const std::scoped_lock lock{mutex_};
            holding_ = false;
        }
        held_.let_go();
    }

    /// The one who is held longest is answered; the others are held on.
    void let_go_first() { held_.let_go_first(); }
    void let_go_second() { held_.let_go_one(1); }

    /// Those who are held are never answered.
    void forget() { held_.forget(); }

    std::size_t requests() {
        const std::scoped_lock lock{mutex_};
        return requests_;
    }
    std::size_t refusals() {
        const std::scoped_lock lock{mutex_};
        return refusals_;
    }
    std::size_t revocations() {
        const std::scoped_lock lock{mutex_};
        return revocations_;
    }
    /// The refresh tokens that would be taken now.
    std::size_t working() {
        const std::scoped_lock lock{mutex_};
        return live_.size();
    }
    std::size_t most_at_once() {
        const std::scoped_lock lock{mutex_};
        return most_at_once_;
    }

    /// Takes a spent refresh token once more while its successor was never used, as many providers do.
    bool graceful = false;
    long lifetime = 3600;
    std::string further_fields{};  ///< `,"refresh_in":1800`, say

    awaitable<http_response> send(http_request request) override {
        bool held = false;
        {
            const std::scoped_lock lock{mutex_};
            ++requests_;
            most_at_once_ = std::max(most_at_once_, ++at_once_);
            held = holding_;
        }
        if (held) {
            co_await held_.wait();
        } else {
            co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
        }
        const std::scoped_lock lock{mutex_};
        --at_once_;
        co_return answer(request);
    }

private:
    [[noreturn]] static void lost(errc code, bool sent) {
        failure why;
        why.code = code;
        why.request_sent = sent;
        throw error{std::move(why)};
    }

    std::string issue_locked(const std::string& account) {
        std::string made = "refresh-" + account + "-" + std::to_string(++issued_);
        live_[made] = account;
        return made;
    }

    http_response answer(const http_request& request) {
        fate what = otherwise_;
        if (!script_.empty()) {
            what = script_.front();
            script_.pop_front();
        }
        switch (what) {
            case fate::lost_before:
                lost(errc::connect_failed, false);
            case fate::unheard:
                lost(errc::connection_lost, true);
            case fate::lost_after:
                (void)carry_out(request);
                lost(errc::connection_lost, true);
            case fate::timeout:
                (void)carry_out(request);
                lost(errc::timeout, true);
            case fate::unavailable: {
                http_response busy{503, ""};
                if (!retry_after_.empty()) {
                    busy.add_header("Retry-After", retry_after_);
                }
                return busy;
            }
            case fate::refused:
                return refusal("invalid_grant");
            case fate::bad_client:
                return refusal("invalid_client");
            case fate::garbled:
                (void)carry_out(request);
                return json(200, "<html>");
            case fate::served:
                break;
        }
        return carry_out(request);
    }

    http_response carry_out(const http_request& request) {
        return request.url().ends_with("/revoke") ? revoke(request) : refresh(request);
    }

    /// One that is spent or unknown is none of the provider's concern.
    http_response revoke(const http_request& request) {
        ++revocations_;
        live_.erase(field(request.body(), "token"));
        return http_response{200, ""};
    }

    http_response refresh(const http_request& request) {
        const std::string used = field(request.body(), "refresh_token");
        const auto found = live_.find(used);
        if (const auto last = successor_of_.find(used);
            graceful && last != successor_of_.end() && live_.contains(last->second)) {
            live_[used] = live_[last->second];
            live_.erase(last->second);
            return refresh(request);
        }
        if (found == live_.end()) {
            // Reuse: whoever has the family's successor loses it too.
            if (const auto spent = spent_.find(used); spent != spent_.end()) {
                std::erase_if(live_, [&](const auto& each) { return each.second == spent->second; });
            }
            ++refusals_;
            return refusal("invalid_grant");
        }
        const std::string account = found->second;
        spent_[used] = account;
        live_.erase(found);
        const std::string successor = issue_locked(account);
        successor_of_[used] = successor;
        return json(200, R"({"access_token":"access-)" + account + "-" + std::to_string(issued_) +
                             R"(","token_type":"Bearer","refresh_token":")" + successor + R"(","expires_in":)" +
                             std::to_string(lifetime) + further_fields + "}");
    }

    static http_response json(unsigned status, std::string body) {
        http_response made{status, std::move(body)};
        made.add_header("Content-Type", "application/json");
        return made;
    }
    static http_response refusal(const std::string& code) { return json(400, R"({"error":")" + code + R"("})"); }

    static std::string field(std::string_view form, std::string_view name) {
        const auto fields = boost::urls::parse_query(form);
        for (const auto& each : fields.value()) {
            if (each.key == name) {
                return each.value.decode();
            }
        }
        return {};
    }

    std::mutex mutex_;
    std::map<std::string, std::string> live_;  // refresh token -> family
    std::map<std::string, std::string> spent_;
    std::map<std::string, std::string> successor_of_;
    std::deque<fate> script_;
    fate otherwise_ = fate::served;
    std::string retry_after_;
    bool holding_ = false;
    held_callers held_;
    std::size_t issued_ = 0;
    std::size_t requests_ = 0;
    std::size_t refusals_ = 0;
    std::size_t revocations_ = 0;
    std::size_t at_once_ = 0;
    std::size_t most_at_once_ = 0;
};

}  // namespace coauth::test
