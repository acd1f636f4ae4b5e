#pragma once

#include <coauth/core/secret.hpp>

#include <string>
#include <string_view>

namespace vk_token_api {

/// Text as a person copied it, without what came along on the way: spaces and quotes around it, line breaks and
/// invisible characters within, the escapes of HTML and of a URL within a URL. Wiped when it dies.
class pasted_text {
public:
    explicit pasted_text(std::string_view pasted);
    ~pasted_text() { coauth::wipe(text_); }

    pasted_text(const pasted_text&) = delete;
    pasted_text& operator=(const pasted_text&) = delete;

    [[nodiscard]] std::string_view view() const noexcept { return text_; }
    [[nodiscard]] bool holds(std::string_view part) const noexcept { return text_.find(part) != text_.npos; }

private:
    void join_lines();
    void trim();
    void unescape();

    std::string text_;
};

}  // namespace vk_token_api
