#include "cli/output.hpp"

#include "cli/exit_status.hpp"

#include <coauth/core/secret.hpp>

#include <boost/json/serialize.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace coauth::cli {
namespace {

namespace json = boost::json;

[[noreturn]] void cannot_write(const std::string& file, int reason) {
    throw program_error("cannot write " + (file.empty() ? "standard output" : file) + ": " + std::strerror(reason));
}

[[noreturn]] void would_replace(const std::string& file) {
    throw program_error(file + " is there already, and is not replaced; name another file, or move that one away");
}

void write_all(int descriptor, std::string_view text, const std::string& file) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            cannot_write(file, errno);
        }
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
}

/// Boost.JSON escapes the control characters below a space; DEL and U+0080 to U+009F (in UTF-8: C2 80 to C2 9F) are
/// left.
std::string without_controls(std::string text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = [&text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
        if (byte(at) == 0x7f) {
            text.replace(at, 1, "\\u007f");
        } else if (byte(at) == 0xc2 && at + 1 < text.size() && byte(at + 1) < 0xa0) {
            char escaped[7];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(byte(at + 1)));
            text.replace(at, 2, escaped);
        }
    }
    return text;
}

void append(std::string& out, const json::value& value, std::size_t depth);

template <class Sequence, class Append>
void append_all(std::string& out, const Sequence& all, std::string_view brackets, std::size_t depth,
                Append append_one) {
    out += brackets[0];
    std::string_view before = "\n";
    for (const auto& each : all) {
        out.append(before).append(2 * (depth + 1), ' ');
        append_one(each);
        before = ",\n";
    }
    if (!all.empty()) {
        out.append("\n").append(2 * depth, ' ');
    }
    out += brackets[1];
}

void append(std::string& out, const json::value& value, std::size_t depth) {
    if (value.is_object()) {
        append_all(out, value.get_object(), "{}", depth, [&](const json::key_value_pair& member) {
            out += without_controls(json::serialize(json::string_view(member.key()))) + ": ";
            append(out, member.value(), depth + 1);
        });
    } else if (value.is_array()) {
        append_all(out, value.get_array(), "[]", depth,
                   [&](const json::value& element) { append(out, element, depth + 1); });
    } else {
        out += without_controls(json::serialize(value));
    }
}

void write_line(std::string_view start, std::string_view line) noexcept {
    std::fprintf(stderr, "%.*s%.*s\n", static_cast<int>(start.size()), start.data(), static_cast<int>(line.size()),
                 line.data());
}

}  // namespace

output::output(std::string file, existing there) : file_(std::move(file)), descriptor_(STDOUT_FILENO), there_(there) {
    if (!file_.empty()) {
        // A device or a pipe would be replaced by the file, not written to.
        std::error_code ignored;
        const auto found = std::filesystem::symlink_status(file_, ignored).type();
        if (there_ == existing::kept && found != std::filesystem::file_type::not_found) {
            would_replace(file_);
        }
        if (found != std::filesystem::file_type::not_found && found != std::filesystem::file_type::regular) {
            throw program_error("cannot write " + file_ + ": it is there and not a regular file");
        }
        unfinished_ = file_ + ".XXXXXX";
        descriptor_ = ::mkstemp(unfinished_.data());  // readable by its owner alone
        if (descriptor_ < 0) {
            const int reason = errno;
            unfinished_.clear();
            cannot_write(file_, reason);
        }
    }
}

output::~output() {
    if (!unfinished_.empty()) {
        ::close(descriptor_);
        ::unlink(unfinished_.c_str());
    }
}

void output::print(const json::value& result) {
    std::string text = pretty(result);
    text += '\n';
    const secret wiped(std::move(text));
    print_text(wiped.reveal());
}

void output::print_text(std::string_view text) {
    write_all(descriptor_, text, file_);
    if (file_.empty()) {
        return;
    }
    if (::fsync(descriptor_) != 0) {
        cannot_write(file_, errno);
    }
    if (there_ == existing::kept) {
        if (::link(unfinished_.c_str(), file_.c_str()) != 0) {  // which fails where another came first
            errno == EEXIST ? would_replace(file_) : cannot_write(file_, errno);
        }
        return;
    }
    if (::rename(unfinished_.c_str(), file_.c_str()) != 0) {
        cannot_write(file_, errno);
    }
    ::close(descriptor_);
    unfinished_.clear();
}

std::string pretty(const json::value& value) {
    std::string out;
    append(out, value, 0);
    return out;
}

std::string one_line(const json::value& value) {
    return without_controls(json::serialize(value));
}

void complain(std::string_view line) noexcept {
    write_line("coauth: ", line);
}

void tell(std::string_view line) noexcept {
    write_line("", line);
}

}  // namespace coauth::cli
