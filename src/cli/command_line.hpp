#pragma once

#include "cli/exit_status.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace coauth::cli {

/// What the command line said, as it was written; `interpret.hpp` reads the parts that have a form.
struct arguments {
    exit_status (*run)(const arguments&) = nullptr;  ///< The command.

    std::string provider;             ///< A built-in name or a profile's path.
    std::string operation;            ///< call
    std::vector<std::string> values;  ///< call: name=value

    // Of every command that talks to a provider.
    std::string client_id;
    std::string client_secret_file;
    std::vector<std::string> redirect_uris;  ///< Several at the sandbox only.
    std::vector<std::string> scopes;
    bool offline = false;                 ///< authorize, login
    std::vector<std::string> parameters;  ///< name=value
    std::string ca_file;
    std::vector<std::string> connect_to;  ///< HOST:PORT:HOST:PORT
    std::string sandbox_file;
    double timeout = 30;
    std::string proxy;
    bool verbose = false;
    std::string output_file;

    // Of every command that has to do with a store.
    std::string store_file;
    std::string key_file;
    bool plaintext = false;
    std::string account;                      ///< Also of login.
    std::optional<std::string> key_scope;     ///< Where an account has several tokens.
    std::optional<std::string> key_resource;  ///< The same.
    bool reveal = false;                      ///< tokens show, tokens refresh
    bool json = false;                        ///< tokens list
    double min_left = 60;                     ///< token
    std::string key_name;                     ///< tokens key

    std::string token_file = "-";          ///< refresh, userinfo, revoke, validate, call, tokens put
    std::string login_file;                ///< exchange
    std::optional<std::string> callback;   ///< exchange
    std::optional<std::string> code;       ///< exchange
    bool paste = false;                    ///< login
    double wait = 300;                     ///< login
    std::uint16_t port = 0;                ///< login, sandbox
    std::string address = "127.0.0.1";     ///< sandbox
    std::optional<double> latency;         ///< sandbox
    std::optional<double> token_lifetime;  ///< sandbox
    std::string ca_output_file;            ///< sandbox
};

/// Reads the command line. Help and version, and errors, are printed at once: then there is only a status to exit with.
[[nodiscard]] std::variant<arguments, exit_status> read_command_line(int count, const char* const* words);

}  // namespace coauth::cli
