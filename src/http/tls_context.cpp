#include "http/tls_context.hpp"

#include <coauth/core/error.hpp>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

namespace coauth::http {
namespace {

std::string reason_of_openssl() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "unknown reason";
}

[[noreturn]] void refuse(std::string what) {
    failure why;
    why.code = errc::tls_configuration;
    why.detail = std::move(what) + ": " + reason_of_openssl();
    throw error{std::move(why)};
}

void require(bool done, std::string_view what) {
    if (!done) {
        refuse(std::string{what});
    }
}

int index_of_sessions() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// OpenSSL's new-session callback: the only place where TLS 1.3 tickets can be had. 1 takes the reference over.
int keep_session(SSL* client, SSL_SESSION* session) {
    auto* sessions = static_cast<tls_sessions*>(SSL_get_ex_data(client, index_of_sessions()));
    if (sessions == nullptr) {
        return 0;
    }
    tls_session owned{session};
    try {
        sessions->put(std::move(owned));
    } catch (const std::exception&) {
        // Without memory for it there is one resumption less; the reference is gone with its owner.
    }
    return 1;
}

int give_password(char* buffer, int size, int /*for_writing*/, void* user) {
    const std::string_view password = static_cast<const secret*>(user)->reveal();
    const auto length = std::min(password.size(), static_cast<std::size_t>(size));
    std::memcpy(buffer, password.data(), length);
    return static_cast<int>(length);
}

void trust_text(SSL_CTX* context, const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                           &BIO_free};
    require(source != nullptr, "cannot read ca_pem");
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    int count = 0;
    while (X509* certificate = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) {
        const bool added = X509_STORE_add_cert(store, certificate) == 1;
        X509_free(certificate);
        require(added, "cannot trust a certificate of ca_pem");
        ++count;
    }
    require(count > 0, "ca_pem holds no certificate in PEM form");
    ERR_clear_error();
}

void set_trust(SSL_CTX* context, const tls_options& options) {
    if (options.ca_file.empty() && options.ca_pem.empty()) {
        require(SSL_CTX_set_default_verify_paths(context) == 1, "cannot use the system's certificate authorities");
    }
    if (!options.ca_file.empty()) {
        require(SSL_CTX_load_verify_file(context, options.ca_file.c_str()) == 1,
                "cannot read certificate authorities from ca_file " + printable(options.ca_file));
    }
    if (!options.ca_pem.empty()) {
        trust_text(context, options.ca_pem);
    }
}

void set_identity(SSL_CTX* context, const tls_options& options) {
    if (options.certificate_file.empty() && options.private_key_file.empty()) {
        return;
    }
    require(!options.certificate_file.empty() && !options.private_key_file.empty(),
            "a client certificate needs both certificate_file and private_key_file");
    secret password = options.private_key_password;
    SSL_CTX_set_default_passwd_cb(context, &give_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &password);
    require(SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) == 1,
            "cannot read the client certificate " + printable(options.certificate_file));
    require(SSL_CTX_use_PrivateKey_file(context, options.private_key_file.c_str(), SSL_FILETYPE_PEM) == 1,
            "cannot read the private key " + printable(options.private_key_file));
    require(SSL_CTX_check_private_key(context) == 1, "the private key does not fit the client certificate");
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
}

/// Offers the suite first that every implementation of TLS 1.3 has (RFC 8446, section 9.1), as browsers do, where
/// OpenSSL begins with SHA-384: the dozens of hashes of a handshake are SHA-256 then, for which processors have
/// instructions. What the system's configuration leaves out stays out.
void prefer_mandatory_suite(SSL_CTX* context) {
    constexpr std::uint16_t tls_aes_128_gcm_sha256 = 0x1301;
    std::string first;
    std::string others;
    const STACK_OF(SSL_CIPHER)* const offered = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(offered); ++i) {
        const SSL_CIPHER* const suite = sk_SSL_CIPHER_value(offered, i);
        if (SSL_CIPHER_get_version(suite) == std::string_view{"TLSv1.3"}) {
            const bool is_mandatory = SSL_CIPHER_get_protocol_id(suite) == tls_aes_128_gcm_sha256;
            (is_mandatory ? first : others).append(SSL_CIPHER_get_name(suite)).append(":");
        }
    }
    require(SSL_CTX_set_ciphersuites(context, (first + others).c_str()) == 1, "cannot order the suites of TLS 1.3");
}

bool is_address(const std::string& host) {
    boost::system::error_code failed;
    boost::asio::ip::make_address(host, failed);
    return !failed;
}

/// Demands a certificate for `host`, in its subject alternative names only (RFC 9525, section 6.3).
bool demand_name(SSL* client, const std::string& host) {
    X509_VERIFY_PARAM* rules = SSL_get0_param(client);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
    }
    return X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1 &&
           SSL_set_tlsext_host_name(client, host.c_str()) == 1;  // SNI is for names alone (RFC 6066, section 3)
}

}  // namespace

void tls_client_deleter::operator()(SSL* client) const noexcept {
    SSL_free(client);
}

void tls_context::deleter::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}

tls_context::tls_context(const tls_options& options) : context_{SSL_CTX_new(TLS_client_method())} {
    ERR_clear_error();
    SSL_CTX* context = context_.get();
    require(context != nullptr, "cannot use TLS");
    require(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1, "cannot demand TLS 1.2");
    // What has been read is wiped from OpenSSL's buffer: a connection waits there with the last answer otherwise.
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    prefer_mandatory_suite(context);
    set_trust(context, options);
    set_identity(context, options);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &keep_session);
}

tls_client tls_context::new_client(const std::string& host, tls_sessions& sessions) const {
    tls_client client{SSL_new(context_.get())};
    require(client != nullptr, "cannot make a TLS connection");
    require(SSL_set_ex_data(client.get(), index_of_sessions(), &sessions) == 1, "cannot keep TLS sessions");
    require(demand_name(client.get(), host), "cannot demand a certificate for " + printable(host));
    if (const tls_session session = sessions.take()) {
        SSL_set_session(client.get(), session.get());
    }
    return client;
}

std::string certificate_complaint(const SSL* client) {
    const long verified = SSL_get_verify_result(client);
    return verified == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verified);
}

}  // namespace coauth::http
