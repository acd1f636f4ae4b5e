#pragma once

#include <coauth/http/transport.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vk_token_api::test {

/// VK, as far as the API asks it: whose is a token. It is driven by the text of the form that comes.
class vk_double final : public coauth::transport {
public:
    void knows(const std::string& access_token, long user_id) {
        replies_[access_token] = R"({"response":[{"id":)" + std::to_string(user_id) + R"(,"first_name":"Ann"}]})";
    }

    void refuses(const std::string& access_token, int code, const std::string& text) {
        replies_[access_token] =
            R"({"error":{"error_code":)" + std::to_string(code) + R"(,"error_msg":")" + text + R"("}})";
    }

    /// No answer comes for any token.
    void is_away(bool away = true) { away_ = away; }

    coauth::awaitable<coauth::http_response> send(coauth::http_request request) override {
        asked.emplace_back(request.body());
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (away_) {
            coauth::failure gone;
            gone.code = coauth::errc::connect_failed;
            throw coauth::error(gone);
        }
        for (const auto& [token, reply] : replies_) {
            if (request.body().find("access_token=" + token + "&") != std::string_view::npos) {
                co_return coauth::http_response{200, reply};
            }
        }
        co_return coauth::http_response{200, R"({"error":{"error_code":5,"error_msg":)"
                                             R"("User authorization failed: invalid access_token (4)."}})"};
    }

    std::vector<std::string> asked;  ///< The bodies that came.

private:
    std::map<std::string, std::string> replies_;
    bool away_ = false;
};

}  // namespace vk_token_api::test
