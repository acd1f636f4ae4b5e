#pragma once

#include <coauth/core/secret.hpp>

#include <string>

namespace coauth {

/// Whom to trust and who we are, in TLS. Version 1.2 or newer, chain, dates, purpose and name of the certificate are
/// always verified, and SNI is sent for every name (RFC 6066: an address has none); there is no way to switch that off.
/// Suites are those of OpenSSL and its configuration; of TLS 1.3's, the mandatory one is offered first (RFC 8446,
/// section 9.1).
struct tls_options {
    std::string ca_file{};           ///< PEM file of the authorities to trust instead of the system's.
    std::string ca_pem{};            ///< The same as text; both may be given. Neither: the system's.
    std::string certificate_file{};  ///< PEM chain of a client certificate (RFC 8705), with `private_key_file`.
    std::string private_key_file{};  ///< Its PEM key.
    secret private_key_password{};   ///< For an encrypted key.
};

}  // namespace coauth
