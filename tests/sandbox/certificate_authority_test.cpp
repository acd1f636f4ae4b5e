#include "sandbox/certificate_authority.hpp"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace coauth::sandbox {
namespace {

using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

certificate_ptr read_certificate(const std::string& pem) {
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    certificate_ptr read{PEM_read_bio_X509(memory, nullptr, nullptr, nullptr), &X509_free};
    BIO_free(memory);
    REQUIRE(read != nullptr);
    return read;
}

key_ptr read_key(const std::string& pem) {
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    key_ptr read{PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr), &EVP_PKEY_free};
    BIO_free(memory);
    REQUIRE(read != nullptr);
    return read;
}

/// What OpenSSL says of the chain for `purpose`: X509_V_OK or the reason.
int verify(const certificate_authority& trusted, const issued_certificate& issued, int purpose) {
    const certificate_ptr root = read_certificate(trusted.ca_pem());
    const certificate_ptr leaf = read_certificate(issued.chain_pem);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, root.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
    X509_STORE_CTX_set_purpose(context, purpose);
    X509_verify_cert(context);
    const int outcome = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return outcome;
}

bool is_for_host(const issued_certificate& issued, const std::string& host) {
    const certificate_ptr leaf = read_certificate(issued.chain_pem);
    return X509_check_host(leaf.get(), host.c_str(), 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
}

TEST_CASE("a server certificate verifies under its own authority and no other") {
    const certificate_authority authority;
    const certificate_authority other;
    const issued_certificate issued = authority.issue({.dns_names = {"a.example", "b.example"}});
    CHECK(verify(authority, issued, X509_PURPOSE_SSL_SERVER) == X509_V_OK);
    CHECK(verify(authority, issued, X509_PURPOSE_SSL_CLIENT) == X509_V_ERR_INVALID_PURPOSE);
    CHECK(verify(other, issued, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
}

TEST_CASE("the key belongs to the certificate") {
    const certificate_authority authority;
    const issued_certificate issued = authority.issue({});
    CHECK(X509_check_private_key(read_certificate(issued.chain_pem).get(), read_key(issued.key_pem).get()) == 1);
}

TEST_CASE("names and addresses are alternative names; without any there is just the common name") {
    const certificate_authority authority;
    const issued_certificate named =
        authority.issue({.dns_names = {"a.example"}, .ip_addresses = {"127.0.0.1", "::1"}});
    CHECK(is_for_host(named, "a.example"));
    CHECK(!is_for_host(named, "b.example"));
    CHECK(X509_check_ip_asc(read_certificate(named.chain_pem).get(), "127.0.0.1", 0) == 1);
    CHECK(X509_check_ip_asc(read_certificate(named.chain_pem).get(), "::1", 0) == 1);

    const issued_certificate bare = authority.issue({.common_name = "a.example"});
    CHECK(!is_for_host(bare, "a.example"));
    CHECK(X509_check_host(read_certificate(bare.chain_pem).get(), "a.example", 0, 0, nullptr) == 1);
}

TEST_CASE("dates and purpose are as asked for") {
    const certificate_authority authority;
    const auto now = std::chrono::system_clock::now();
    const auto hour = std::chrono::hours{1};
    CHECK(verify(authority, authority.issue({.not_before = now - 2 * hour, .not_after = now - hour}),
                 X509_PURPOSE_SSL_SERVER) == X509_V_ERR_CERT_HAS_EXPIRED);
    CHECK(verify(authority, authority.issue({.not_before = now + hour}), X509_PURPOSE_SSL_SERVER) ==
          X509_V_ERR_CERT_NOT_YET_VALID);
    CHECK(verify(authority, authority.issue({.purpose = certificate_purpose::client}), X509_PURPOSE_SSL_CLIENT) ==
          X509_V_OK);
    const issued_certificate signing = authority.issue({.purpose = certificate_purpose::code_signing});
    CHECK(verify(authority, signing, X509_PURPOSE_SSL_SERVER) == X509_V_ERR_INVALID_PURPOSE);
    CHECK(verify(authority, signing, X509_PURPOSE_SSL_CLIENT) == X509_V_ERR_INVALID_PURPOSE);
}

TEST_CASE("an address that is none is refused") {
    const certificate_authority authority;
    CHECK_THROWS_AS((void)authority.issue({.ip_addresses = {"not an address"}}), std::runtime_error);
}

}  // namespace
}  // namespace coauth::sandbox
