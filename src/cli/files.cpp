#include "cli/files.hpp"

#include "cli/exit_status.hpp"
#include "cli/output.hpp"

#include <boost/json/parse.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unistd.h>

namespace coauth::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_file = 1024 * 1024;
constexpr std::string_view white_space = " \t\r\n";

std::string name_of_file(const std::string& file) {
    return file == "-" ? "standard input" : file;
}

secret read_stream(std::FILE* stream, const std::string& name, std::string_view what) {
    std::string text(largest_file + 1, '\0');
    const std::size_t length = std::fread(text.data(), 1, text.size(), stream);
    if (std::ferror(stream)) {
        const int reason = errno;
        wipe(text);
        throw program_error("cannot read " + std::string(what) + " from " + name + ": " + std::strerror(reason));
    }
    if (length > largest_file) {
        wipe(text);
        throw program_error(name + " is over 1 MiB; that is not " + std::string(what));
    }
    secret read(std::string(text.data(), length));
    wipe(text);
    return read;
}

secret read_standard_input(std::string_view what) {
    static bool was_read = false;
    if (was_read) {
        throw program_error("standard input cannot be read twice; name a file for " + std::string(what));
    }
    was_read = true;
    if (::isatty(STDIN_FILENO)) {
        tell("Reading " + std::string(what) + " from the terminal; end it with Ctrl-D.");
    }
    return read_stream(stdin, "standard input", what);
}

std::string_view without_ends(std::string_view text, std::string_view unwanted) {
    const std::size_t first = text.find_first_not_of(unwanted);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

[[noreturn]] void not_a_login(const std::string& file) {
    throw program_error(name_of_file(file) + " is not a login; give what `coauth authorize` printed");
}

const json::value& member(const json::object& of, std::string_view name, const std::string& file) {
    const json::value* found = of.if_contains(name);
    if (!found) {
        not_a_login(file);
    }
    return *found;
}

std::string text_member(const json::object& of, std::string_view name, const std::string& file) {
    const json::value& found = member(of, name, file);
    if (!found.is_string()) {
        not_a_login(file);
    }
    return std::string(found.get_string());
}

}  // namespace

secret read_file(const std::string& file, std::string_view what) {
    if (file == "-") {
        return read_standard_input(what);
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "rb"), &std::fclose);
    if (!opened) {
        throw program_error("cannot read " + std::string(what) + " from " + file + ": " + std::strerror(errno));
    }
    return read_stream(opened.get(), file, what);
}

secret read_line_of(const std::string& file, std::string_view what) {
    const secret whole = read_file(file, what);
    const std::string_view text = without_ends(whole.reveal(), white_space);
    if (text.empty()) {
        throw program_error(name_of_file(file) + " is empty; " + std::string(what) + " should stand in it");
    }
    return secret(std::string(text));
}

json::value read_json(const std::string& file, std::string_view what) {
    const secret text = read_file(file, what);
    json::error_code failed;
    json::value value = json::parse(json::string_view(text.reveal()), failed);
    if (failed) {
        throw program_error(name_of_file(file) + " is not JSON, so it is not " + std::string(what));
    }
    return value;
}

token read_token(const std::string& file, bool required) {
    const secret text = read_file(file, "the token");
    if (!required && without_ends(text.reveal(), white_space).empty()) {
        return {};
    }
    json::error_code failed;
    const json::value value = json::parse(json::string_view(text.reveal()), failed);
    if (failed) {
        throw program_error(name_of_file(file) + " is not JSON; give the token as `coauth exchange` printed it");
    }
    // What `login` prints holds the token beside the identity.
    const json::object* const whole = value.if_object();
    const json::value* const inner = whole ? whole->if_contains("token") : nullptr;
    return read_token_json(inner ? *inner : value).value();
}

json::object to_json(const authorization& login) {
    json::object out;
    out["url"] = login.url;
    out["state"] = login.state;
    out["code_verifier"] = json::string_view(login.code_verifier.reveal());
    out["nonce"] = login.nonce;
    out["redirect_uri"] = login.redirect_uri;
    json::array& scopes = out["scopes"].emplace_array();
    for (const std::string& each : login.scopes) {
        scopes.emplace_back(each);
    }
    return out;
}

authorization read_login(const std::string& file) {
    const json::value whole = read_json(file, "the login");
    if (!whole.is_object()) {
        not_a_login(file);
    }
    const json::object& of = whole.get_object();
    authorization login;
    login.url = text_member(of, "url", file);
    login.state = text_member(of, "state", file);
    login.code_verifier = secret(text_member(of, "code_verifier", file));
    login.nonce = text_member(of, "nonce", file);
    login.redirect_uri = text_member(of, "redirect_uri", file);
    const json::value& scopes = member(of, "scopes", file);
    if (!scopes.is_array()) {
        not_a_login(file);
    }
    for (const json::value& each : scopes.get_array()) {
        if (!each.is_string()) {
            not_a_login(file);
        }
        login.scopes.emplace_back(each.get_string());
    }
    return login;
}

std::string_view trimmed(std::string_view text) {
    return without_ends(text, " \t\r\n\"'<>");
}

}  // namespace coauth::cli
