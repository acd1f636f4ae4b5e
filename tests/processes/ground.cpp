#include "tests/processes/ground.hpp"

#include <coauth/core/key_ring.hpp>
#include <coauth/provider/catalog.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <fstream>
#include <utility>

namespace coauth::test {
namespace {

// A rotating refresh token, and its family revoked if it is used twice.
constexpr const char* provider_name = "hike";
constexpr const char* provider_host = "api.hikeup.com";
constexpr const char* client_id = "sandbox-client";

constexpr const char* certificate = "ca.pem";
constexpr const char* key_file = "keys";

}  // namespace

ground::ground(std::filesystem::path folder, std::uint16_t provider_port)
    : folder_(std::move(folder)), provider_port_(provider_port) {}

void ground::prepare(const std::string& ca_pem) const {
    std::ofstream{folder_ / certificate} << ca_pem;
    const std::filesystem::path keys = folder_ / key_file;
    std::ofstream out{keys};
    std::filesystem::permissions(keys, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    out << key_ring::generate("test").reveal() << '\n';
}

pool_options ground::reach() const {
    pool_options options;
    options.tls.ca_file = (folder_ / certificate).string();
    options.connect_to.push_back(
        {.host = provider_host, .port = 443, .to_host = "127.0.0.1", .to_port = provider_port_});
    return options;
}

client ground::client(transport& via) const {
    return coauth::client{via,
                          provider::builtin(provider_name),
                          {.client_id = client_id,
                           .client_secret = secret{"sandbox-secret"},
                           .redirect_uri = "https://app.example/callback"}};
}

std::shared_ptr<token_store> ground::open(std::shared_ptr<const coauth::clock> clock) const {
    token_seal seal = token_seal::under(key_ring::from_file((folder_ / key_file).string()));
    sqlite_options options;
    options.clock = std::move(clock);
    return std::make_shared<sqlite_store>((folder_ / "tokens.db").string(), std::move(seal), std::move(options));
}

token_key ground::account(int number) {
    return {provider_name, client_id, "shop " + std::to_string(number)};
}

}  // namespace coauth::test
