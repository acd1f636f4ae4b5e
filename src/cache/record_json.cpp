#include "cache/record_json.hpp"

#include "core/token_json.hpp"
#include "core/wiping_memory.hpp"

#include <boost/json/parser.hpp>
#include <boost/json/serializer.hpp>
#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <utility>

namespace coauth {
namespace {

namespace json = boost::json;

/// Text that a provider nested may be nested as deep again in a record, and a little deeper.
constexpr std::size_t greatest_depth = 1'100;

failure no_record(std::string detail) {
    failure what;
    what.code = errc::store_damaged;
    what.step = "store";
    what.detail = std::move(detail) + "; restore it from a copy, or log in again";
    return what;
}

/// The JSON in one piece of memory of just its size: growing it would leave beginnings of it behind.
secret serialized(const json::object& value) {
    std::array<char, 4096> piece;
    json::serializer writer;
    std::size_t size = 0;
    for (writer.reset(&value); !writer.done();) {
        size += writer.read(piece.data(), piece.size()).size();
    }
    OPENSSL_cleanse(piece.data(), piece.size());
    std::string text(size, '\0');
    writer.reset(&value);
    writer.read(text.data(), text.size());
    return secret{std::move(text)};
}

/// The refusal of this name. One that only a newer version knows is a refusal all the same.
errc refusal_of(std::string_view name) {
    for (int code = 1; name_of(static_cast<errc>(code)) != "unknown"; ++code) {
        if (name_of(static_cast<errc>(code)) == name) {
            return static_cast<errc>(code);
        }
    }
    return errc::invalid_grant;
}

}  // namespace

secret write_record(const token_record& record) {
    const json::storage_ptr memory = json::make_shared_resource<wiping_memory>();
    json::object out(memory);
    out["token"] = reveal_in(record.value, memory);
    if (record.refused) {
        out["refused"] = name_of(*record.refused);
    }
    return serialized(out);
}

result<token_record> read_record(std::string_view text) {
    json::parse_options options;
    options.max_depth = greatest_depth;
    options.allow_invalid_utf8 = true;  // a token is bytes to us, and what was written must be read again
    const json::storage_ptr memory = json::make_shared_resource<wiping_memory>();
    json::parser parser(memory, options);
    parser.reset(memory);
    json::error_code ec;
    parser.write(text, ec);
    const json::value parsed = ec ? json::value(memory) : parser.release();
    const json::object* const members = parsed.if_object();
    const json::value* const value = members != nullptr ? members->if_contains("token") : nullptr;
    const json::value* const refused = members != nullptr ? members->if_contains("refused") : nullptr;
    if (value == nullptr || (refused != nullptr && !refused->is_string())) {
        return no_record("what it holds is no record of a token");
    }
    auto read = read_token_json(*value);
    if (!read) {
        return no_record(read.error().detail);
    }
    token_record record{*std::move(read)};
    if (refused != nullptr) {
        record.refused = refusal_of(refused->get_string());
    }
    return record;
}

}  // namespace coauth
