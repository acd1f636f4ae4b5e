#include "core/key_text.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/random.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coauth {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t base64_size = 44;
constexpr std::size_t greatest_file = 64 * 1024;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// 32 bytes out of base64 as `base64` writes it; nothing out of anything else.
std::optional<secret> decoded(std::string_view text) {
    if (text.size() != base64_size) {
        return std::nullopt;
    }
    std::string bytes(base64_size / 4 * 3, '\0');
    const int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                        reinterpret_cast<const unsigned char*>(text.data()), base64_size);
    bytes.resize(key_size);
    secret key{std::move(bytes)};
    // OpenSSL takes more than one form for the same bytes; written anew, only one is as it was.
    const secret again{base64(key.reveal())};
    if (decoded <= 0 || !equal_in_constant_time(again.reveal(), text)) {
        return std::nullopt;
    }
    return key;
}

failure bad_line(std::size_t number, const std::string& detail) {
    return bad_key("line " + std::to_string(number) + " " + detail);
}

/// One line of the text form. What it holds is never told: it may be a key with a blank too many.
result<named_key> read_line(std::string_view line, std::size_t number) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_key_name(line.substr(0, colon))) {
        return bad_line(number,
                        "does not begin with a key's name and a colon; write NAME:BASE64, the name of 1 to 32 "
                        "letters, digits, \"-\", \"_\" or \".\"");
    }
    std::optional<secret> bytes = decoded(line.substr(colon + 1));
    if (!bytes) {
        return bad_line(number, "has not 32 bytes in base64 behind the colon; `openssl rand -base64 32` makes some");
    }
    return named_key{std::string{line.substr(0, colon)}, *std::move(bytes)};
}

std::string words_of(int number) {
    return std::generic_category().message(number);
}

/// An open file, closed with its scope.
class descriptor {
public:
    explicit descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

/// Up to one byte more than a file may have; the rest of the buffer is left as it is.
std::optional<std::size_t> read_all(int from, std::string& into) {
    std::size_t size = 0;
    while (size < into.size()) {
        const ssize_t read = ::read(from, into.data() + size, into.size() - size);
        if (read < 0 && errno == EINTR) {
            continue;
        }
        if (read < 0) {
            return std::nullopt;
        }
        if (read == 0) {
            break;
        }
        size += static_cast<std::size_t>(read);
    }
    return size;
}

}  // namespace

bool is_key_name(std::string_view name) noexcept {
    constexpr std::size_t longest = 32;
    return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.';
    });
}

failure bad_key(std::string detail) {
    failure what;
    what.code = errc::invalid_argument;
    what.step = "keys";
    what.detail = std::move(detail);
    return what;
}

failure told_of(const std::string& place, failure what) {
    what.detail = place + ": " + what.detail;
    return what;
}

result<std::vector<named_key>> read_keys(std::string_view text) {
    std::vector<named_key> keys;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        auto key = read_line(line, number);
        if (!key) {
            return std::move(key).error();
        }
        if (std::any_of(keys.begin(), keys.end(), [&](const named_key& each) { return each.name == key->name; })) {
            return bad_line(number, "has the name \"" + key->name + "\" for a second key; each key needs its own");
        }
        keys.push_back(*std::move(key));
    }
    if (keys.empty()) {
        return bad_key("there is no key; write a line NAME:BASE64, with 32 bytes out of `openssl rand -base64 32`");
    }
    return keys;
}

secret read_key_file(const std::string& path) {
    const std::string place = "key file \"" + printable(path) + "\"";
    const auto failed = [&](std::string detail) { return error{told_of(place, bad_key(std::move(detail)))}; };
    const descriptor file{path};
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
        throw failed("it cannot be opened (" + words_of(errno) + "); name a file that this user can read");
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw failed("others than its owner have access to it; run `chmod 600 " + printable(path) +
                     "`, and take a new key if somebody may have read it");
    }
    std::string text(greatest_file + 1, '\0');
    const std::optional<std::size_t> size = read_all(file.number(), text);
    const int why = errno;
    text.resize(size.value_or(0));
    secret kept{std::move(text)};
    if (!size) {
        throw failed("it cannot be read (" + words_of(why) + ")");
    }
    if (*size > greatest_file) {
        throw failed("it is over 64 KiB; it is another file, or old keys should go");
    }
    return kept;
}

secret read_key_variable(const std::string& variable) {
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) {
        throw error{bad_key("environment variable " + printable(variable) + " is not set; give it a line NAME:BASE64")};
    }
    std::string lines{value};
    std::replace(lines.begin(), lines.end(), ',', '\n');
    return secret{std::move(lines)};
}

secret new_key_line(std::string_view name) {
    std::string bytes(key_size, '\0');
    system_random()->fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    std::string text = base64(bytes);
    wipe(bytes);
    std::string line;
    line.reserve(name.size() + 1 + text.size());
    line.append(name).append(1, ':').append(text);
    wipe(text);
    return secret{std::move(line)};
}

}  // namespace coauth
