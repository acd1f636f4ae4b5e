#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace coauth::sandbox {

/// What a certificate may be used for: its extended key usage (RFC 5280, section 4.2.1.12).
enum class certificate_purpose {
    server,        ///< TLS servers.
    client,        ///< TLS clients.
    code_signing,  ///< Neither: right in everything else, and still nothing that TLS may accept.
};

/// A certificate to be issued. Without names and addresses it has no subject alternative name at all, just its common
/// name.
struct leaf_options {
    std::string common_name = "sandbox";
    std::vector<std::string> dns_names{};
    std::vector<std::string> ip_addresses{};
    std::chrono::system_clock::time_point not_before = std::chrono::system_clock::now() - std::chrono::hours{1};
    std::chrono::system_clock::time_point not_after = std::chrono::system_clock::now() + std::chrono::hours{24 * 365};
    certificate_purpose purpose = certificate_purpose::server;
};

/// A certificate with its key, both as PEM.
struct issued_certificate {
    std::string chain_pem;  ///< The leaf, then the authority.
    std::string key_pem;    ///< PKCS #8, unencrypted.
};

/// A certificate authority that lives in memory and signs with a key nobody ever sees.
///
/// All functions throw `std::runtime_error` where OpenSSL refuses. Threads: any.
class certificate_authority {
public:
    explicit certificate_authority(const std::string& common_name = "coauth sandbox authority");
    ~certificate_authority();

    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;

    /// Its own certificate: what a client has to trust.
    [[nodiscard]] const std::string& ca_pem() const noexcept { return ca_pem_; }

    [[nodiscard]] issued_certificate issue(const leaf_options& wanted) const;

private:
    struct signer;
    std::unique_ptr<signer> signer_;
    std::string ca_pem_;
};

}  // namespace coauth::sandbox
