#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/grammar/ci_string.hpp>

namespace coauth {

http_request::http_request(std::string its_method, std::string its_url)
    : method(std::move(its_method)), url(std::move(its_url)) {}

// What was there before dies, and is wiped, with `other`.
http_request& http_request::operator=(http_request other) noexcept {
    method.swap(other.method);
    url.swap(other.url);
    headers.swap(other.headers);
    body.swap(other.body);
    safe_url.swap(other.safe_url);
    provider.swap(other.provider);
    operation.swap(other.operation);
    idempotent = other.idempotent;
    timeout = other.timeout;
    return *this;
}

http_request::~http_request() {
    wipe(url);
    wipe(body);
    for (auto& [name, value] : headers) {
        wipe(value);
    }
}

http_response::http_response(unsigned status, std::string body) : status_(status), body_(std::move(body)) {}

http_response& http_response::operator=(http_response other) noexcept {
    status_ = other.status_;
    text_.swap(other.text_);
    fields_.swap(other.fields_);
    body_.swap(other.body_);
    return *this;
}

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
    if (fields_.empty()) {  // room for what most answers have
        fields_.reserve(16);
        text_.reserve(512);
    }
    const std::size_t name_at = text_.size();
    text_.append(name).append(value);
    fields_.push_back({name_at, name_at + name.size(), text_.size()});
    return *this;
}

}  // namespace coauth
