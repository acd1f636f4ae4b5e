#include "cache/record_json.hpp"

#include <coauth/cache/token_seal.hpp>

#include <utility>

namespace coauth {
namespace {

// The first byte of what is written tells both kinds apart: a key ring's format, or the beginning of JSON.
constexpr char plaintext_begins = '{';

bool is_plaintext(std::string_view bytes) noexcept {
    return bytes.starts_with(plaintext_begins);
}

failure of_record(const token_key& key, failure what) {
    what.step = "store";
    what.provider = key.provider();
    what.detail = "the record of " + key.text() + ": " + what.detail;
    return what;
}

failure unsealing_failed(std::string detail) {
    failure what;
    what.code = errc::unsealing_failed;
    what.detail = std::move(detail);
    return what;
}

}  // namespace

token_seal::token_seal(std::optional<key_ring> keys) noexcept : keys_(std::move(keys)) {}

token_seal token_seal::under(key_ring keys) {
    return token_seal{std::move(keys)};
}

token_seal token_seal::plaintext() {
    return token_seal{std::nullopt};
}

std::string token_seal::close(const token_key& key, const token_record& record) const {
    const secret text = write_record(record);
    return keys_ ? keys_->seal(text.reveal(), key.canonical()) : std::string{text.reveal()};
}

result<token_record> token_seal::open(const token_key& key, std::string_view bytes) const {
    if (!keys_ && !is_plaintext(bytes)) {
        return of_record(key, unsealing_failed("it is sealed, or cut, and the store was opened as plaintext; open it "
                                               "with the key ring that sealed it"));
    }
    if (keys_ && is_plaintext(bytes)) {
        return of_record(key, unsealing_failed("it is written in plaintext, and the store was opened with a key ring; "
                                               "open it as plaintext, or log in again"));
    }
    if (!keys_) {
        auto record = read_record(bytes);
        return record ? std::move(record) : of_record(key, std::move(record).error());
    }
    auto text = keys_->open(bytes, key.canonical());
    if (!text) {
        return of_record(key, std::move(text).error());
    }
    auto record = read_record(text->reveal());
    return record ? std::move(record) : of_record(key, std::move(record).error());
}

bool token_seal::is_current(std::string_view bytes) const noexcept {
    return keys_ ? keys_->sealed_by_first(bytes) : is_plaintext(bytes);
}

}  // namespace coauth
