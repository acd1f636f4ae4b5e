#include "configuration.hpp"
#include "program.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <exception>

namespace {

using namespace vk_token_api;
using std::chrono::seconds;

struct arguments {
    std::string config;
    bool sandbox = false;
    long token_lifetime = 0;
    std::string user;
    long jwt_lifetime = 3600;
};

configuration configuration_of(const arguments& given) {
    return read_configuration(given.config.empty() ? "{}" : content_of(given.config),
                              given.config.empty() ? "the configuration" : given.config, process_environment);
}

void print_jwt(const arguments& given) {
    const configuration with = configuration_of(given);
    if (with.jwt.key.empty()) {
        throw configuration_error("the JWT key is missing: set \"key_file\" in \"jwt\", or VK_TOKEN_API_JWT_KEY");
    }
    const jwt_claims claims{given.user, coauth::system_clock()->now() + seconds{given.jwt_lifetime}};
    std::printf("%s\n", std::string(mint_jwt(with.jwt, claims).reveal()).c_str());
}

void run(const arguments& given) {
    configuration with = configuration_of(given);
    if (!given.sandbox) {
        require_complete(with);
        serve(with);
        return;
    }
    sandbox_options how;
    if (given.token_lifetime > 0) {
        how.token_lifetime = seconds{given.token_lifetime};
    }
    serve_sandboxed(std::move(with), how);
}

}  // namespace

int main(int count, char** words) {
    arguments given;
    CLI::App program{"Keeps VK tokens for an application: takes them, says how long they live, and warns in time."};
    program.add_option("--config", given.config, "The configuration, a JSON file");
    program.add_flag("--sandbox", given.sandbox, "Play VK in this process, to try the API without the internet");
    program.add_option("--token-lifetime", given.token_lifetime, "Seconds that the sandbox's tokens live")
        ->check(CLI::Range(1L, 86'400L * 365));
    CLI::App* const token = program.add_subcommand("token", "Print a JSON Web Token for a user, for development");
    token->add_option("--user", given.user, "Its sub")->required();
    token->add_option("--lifetime", given.jwt_lifetime, "Seconds until its exp; 3600 by default")
        ->check(CLI::Range(1L, 86'400L * 365));
    CLI11_PARSE(program, count, words);
    try {
        if (token->parsed()) {
            print_jwt(given);
        } else {
            run(given);
        }
        return 0;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "vk_token_api: %s\n", coauth::printable(why.what()).c_str());
        return 1;
    }
}
