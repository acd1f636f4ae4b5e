#include "core/gcm.hpp"
#include "core/key_text.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/key_ring.hpp>
#include <coauth/core/random.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace coauth {

// What is sealed: a byte for this format, the name's length in a byte, the name, the nonce, the ciphertext, the tag.
// Format, length and name are authenticated in front of what the caller associates.
namespace {

constexpr char format = 1;

std::string header_of(std::string_view name) {
    std::string header{format, static_cast<char>(name.size())};
    return header.append(name);
}

/// What is authenticated beside the ciphertext.
std::string authenticated_of(std::string_view header, std::string_view associated) {
    std::string whole;
    whole.reserve(header.size() + associated.size());
    whole.append(header).append(associated);
    return whole;
}

struct sealed_parts {
    std::string_view header;
    std::string_view name;
    std::string_view nonce;
    std::string_view ciphertext;
    std::string_view tag;
};

std::optional<sealed_parts> parts_of(std::string_view sealed) noexcept {
    if (sealed.size() < 2 || sealed[0] != format) {
        return std::nullopt;
    }
    const std::size_t name_size = static_cast<unsigned char>(sealed[1]);
    if (sealed.size() < 2 + name_size + gcm::nonce_size + gcm::tag_size) {
        return std::nullopt;
    }
    sealed_parts parts;
    parts.header = sealed.substr(0, 2 + name_size);
    parts.name = parts.header.substr(2);
    parts.nonce = sealed.substr(parts.header.size(), gcm::nonce_size);
    parts.ciphertext = sealed.substr(parts.header.size() + gcm::nonce_size);
    parts.tag = parts.ciphertext.substr(parts.ciphertext.size() - gcm::tag_size);
    parts.ciphertext.remove_suffix(gcm::tag_size);
    return is_key_name(parts.name) ? std::optional(parts) : std::nullopt;
}

failure unsealing_failed(std::string detail) {
    failure what;
    what.code = errc::unsealing_failed;
    what.step = "unseal";
    what.detail = std::move(detail);
    return what;
}

}  // namespace

struct key_ring::keys {
    struct key {
        explicit key(const named_key& read) : name{read.name}, cipher{read.bytes} {}

        const std::string name;
        const gcm cipher;
    };
    std::deque<key> all;
};

key_ring::key_ring(std::shared_ptr<const keys> shared) noexcept : keys_(std::move(shared)) {}

result<key_ring> key_ring::parse(const secret& text) {
    auto read = read_keys(text.reveal());
    if (!read) {
        return std::move(read).error();
    }
    auto shared = std::make_shared<keys>();
    for (const named_key& each : *read) {
        shared->all.emplace_back(each);
    }
    return key_ring{std::move(shared)};
}

key_ring key_ring::from_file(const std::string& path) {
    auto ring = parse(read_key_file(path));
    if (!ring) {
        throw error{told_of("key file \"" + printable(path) + "\"", std::move(ring).error())};
    }
    return *std::move(ring);
}

key_ring key_ring::from_environment(const std::string& variable) {
    auto ring = parse(read_key_variable(variable));
    if (!ring) {
        throw error{told_of("environment variable " + printable(variable), std::move(ring).error())};
    }
    return *std::move(ring);
}

secret key_ring::generate(std::string_view name) {
    if (!is_key_name(name)) {
        throw error{bad_key("a key's name has 1 to 32 letters, digits, \"-\", \"_\" or \".\"")};
    }
    return new_key_line(name);
}

std::string key_ring::seal(std::string_view plain, std::string_view associated) const {
    const keys::key& first = keys_->all.front();
    std::string sealed = header_of(first.name);
    const std::string authenticated = authenticated_of(sealed, associated);
    sealed.reserve(sealed.size() + gcm::nonce_size + plain.size() + gcm::tag_size);
    first.cipher.append_sealed(sealed, plain, authenticated);
    return sealed;
}

result<secret> key_ring::open(std::string_view sealed, std::string_view associated) const {
    const std::optional<sealed_parts> parts = parts_of(sealed);
    if (!parts) {
        return unsealing_failed("this is no sealed data, or only its beginning: restore it from a copy");
    }
    const auto key = std::find_if(keys_->all.begin(), keys_->all.end(),
                                  [&](const keys::key& each) { return each.name == parts->name; });
    if (key == keys_->all.end()) {
        return unsealing_failed("it is sealed under the key \"" + std::string{parts->name} +
                                "\", which is not in the key ring: add that key's line");
    }
    const std::string authenticated = authenticated_of(parts->header, associated);
    std::optional<secret> plain = key->cipher.opened(parts->nonce, parts->ciphertext, parts->tag, authenticated);
    if (!plain) {
        return unsealing_failed(
            "it does not open with the key \"" + key->name +
            "\": it was altered or cut, stood elsewhere before, or that key's bytes are others now; "
            "restore the data or the key from a copy");
    }
    return *std::move(plain);
}

bool key_ring::sealed_by_first(std::string_view sealed) const noexcept {
    const std::optional<sealed_parts> parts = parts_of(sealed);
    return parts && parts->name == keys_->all.front().name;
}

std::size_t key_ring::size() const noexcept {
    return keys_->all.size();
}

}  // namespace coauth
