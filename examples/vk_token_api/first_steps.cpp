#include "first_steps.hpp"

#include <coauth/core/clock.hpp>

#include <cstdio>
#include <string>

namespace vk_token_api {
namespace {

constexpr const char* demo_user = "demo";

}  // namespace

void print_first_steps(const configuration& with, std::uint16_t port, std::uint16_t sandbox_port) {
    const coauth::secret jwt = mint_jwt(with.jwt, {demo_user, coauth::system_clock()->now() + std::chrono::hours{24}});
    const std::string scheme = with.listen.tls ? "https" : "http";
    const std::string base = scheme + "://" + with.listen.address + ":" + std::to_string(port);
    const std::string sandbox = std::to_string(sandbox_port);
    std::printf(
        "The VK token API of the sandbox is at %s; Ctrl-C ends it.\n\n"
        "A JSON Web Token for the user \"%s\":\n"
        "JWT=%s\n\n"
        "1. The authorization URL:\n"
        "curl -s %s/api/v1/oauth/vk/authorize/implicit -H \"Authorization: Bearer $JWT\"\n\n"
        "2. A browser opens it and allows; where it is sent back to has the token:\n"
        "curl -sk --connect-to ::127.0.0.1:%s -o /dev/null -w '%%{redirect_url}\\n' -H 'X-Sandbox-Decision: allow' "
        "'https://oauth.vk.com/authorize?client_id=%s&redirect_uri=https://oauth.vk.com/blank.html"
        "&response_type=token'\n\n"
        "3. Submit that address:\n"
        "curl -s %s/api/v1/oauth/vk/token/submit -H \"Authorization: Bearer $JWT\" "
        "-H 'Content-Type: application/json' -d '{\"token_data\": \"ADDRESS\", \"account_name\": \"my_vk\"}'\n\n"
        "4. The status:\n"
        "curl -s %s/api/v1/oauth/vk/token/status -H \"Authorization: Bearer $JWT\"\n\n"
        "The page is %s/settings/vk: sign in with the same token. For VK's own pages, start the browser so:\n"
        "chromium --host-resolver-rules='MAP oauth.vk.com 127.0.0.1:%s' --ignore-certificate-errors "
        "--user-data-dir=$(mktemp -d) %s/settings/vk\n\n",
        base.c_str(), demo_user, std::string(jwt.reveal()).c_str(), base.c_str(), sandbox.c_str(), with.app_id.c_str(),
        base.c_str(), base.c_str(), base.c_str(), sandbox.c_str(), base.c_str());
    std::fflush(stdout);
}

}  // namespace vk_token_api
