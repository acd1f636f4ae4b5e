#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/grammar/ci_string.hpp>

namespace coauth {

http_request::http_request(std::string its_method, std::string its_url)
    : method(std::move(its_method)), url(std::move(its_url)) {}

http_request::~http_request() {
    wipe(url);
    wipe(body);
    for (auto& [name, value] : headers) {
        wipe(value);
    }
}

http_response::http_response(unsigned status, std::string body) : status_(status), body_(std::move(body)) {}

http_response::~http_response() {
    wipe(text_);
    wipe(body_);
}

std::optional<std::string_view> http_response::header(std::string_view name) const noexcept {
    const std::string_view text = text_;
    for (const field& each : fields_) {
        if (boost::urls::grammar::ci_is_equal(text.substr(each.name_at, each.value_at - each.name_at), name)) {
            return text.substr(each.value_at, each.end - each.value_at);
        }
    }
    return std::nullopt;
}

http_response& http_response::add_header(std::string_view name, std::string_view value) {
    const std::size_t name_at = text_.size();
    text_.append(name).append(value);
    fields_.push_back({name_at, name_at + name.size(), text_.size()});
    return *this;
}

}  // namespace coauth
