#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/http/pool_options.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace coauth::test {

/// What a test and its workers share: where the provider is, and a folder with its authority's certificate, the keys
/// and the tokens.
class ground {
public:
    ground(std::filesystem::path folder, std::uint16_t provider_port);

    /// Writes what a worker needs to find: the certificate and a new key.
    void prepare(const std::string& ca_pem) const;

    [[nodiscard]] pool_options reach() const;
    [[nodiscard]] coauth::client client(transport& via) const;

    /// Opens the store, sealed. `clock` measures its leases.
    [[nodiscard]] std::shared_ptr<token_store> open(std::shared_ptr<const coauth::clock> clock = nullptr) const;

    /// The n-th account.
    [[nodiscard]] static token_key account(int number);

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] std::uint16_t provider_port() const noexcept { return provider_port_; }

private:
    std::filesystem::path folder_;
    std::uint16_t provider_port_;
};

}  // namespace coauth::test
