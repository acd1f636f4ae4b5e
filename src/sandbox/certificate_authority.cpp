#include "certificate_authority.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace coauth::sandbox {
namespace {

template <class T, void (*Free)(T*)>
struct freed_by {
    void operator()(T* owned) const noexcept { Free(owned); }
};

struct bio_deleter {
    void operator()(BIO* owned) const noexcept { BIO_free(owned); }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION, X509_EXTENSION_free>>;
using number_ptr = std::unique_ptr<BIGNUM, freed_by<BIGNUM, BN_free>>;
using bio_ptr = std::unique_ptr<BIO, bio_deleter>;

void require(bool done, const char* what) {
    if (done)
        return;
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    throw std::runtime_error{std::string{"certificate authority: "} + what + ": " + reason.data()};
}

key_ptr make_key() {
    key_ptr key{EVP_EC_gen("P-256")};
    require(key != nullptr, "no P-256 key");
    return key;
}

std::string text_of(BIO* memory) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const bio_ptr memory{BIO_new(BIO_s_mem())};
    require(PEM_write_bio_X509(memory.get(), certificate) == 1, "certificate not written");
    return text_of(memory.get());
}

std::string pem_of(EVP_PKEY* key) {
    const bio_ptr memory{BIO_new(BIO_s_mem())};
    require(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "key not written");
    return text_of(memory.get());
}

void set_random_serial(X509* certificate) {
    const number_ptr serial{BN_new()};
    require(BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1, "no serial number");
    require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr, "no serial number");
}

void set_common_name(X509_NAME* name, const std::string& text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(text.size()), -1, 0) == 1,
            "common name not set");
}

void set_time(ASN1_TIME* field, std::chrono::system_clock::time_point when) {
    require(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(when)) != nullptr, "time not set");
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    require(extension != nullptr, "extension not made");
    require(X509_add_ext(certificate, extension.get(), -1) == 1, "extension not added");
}

/// A certificate without extensions or signature.
certificate_ptr make_blank(const std::string& common_name, EVP_PKEY* key,
                           std::chrono::system_clock::time_point not_before,
                           std::chrono::system_clock::time_point not_after) {
    certificate_ptr blank{X509_new()};
    require(blank != nullptr && X509_set_version(blank.get(), X509_VERSION_3) == 1, "no certificate");
    set_random_serial(blank.get());
    set_common_name(X509_get_subject_name(blank.get()), common_name);
    set_time(X509_getm_notBefore(blank.get()), not_before);
    set_time(X509_getm_notAfter(blank.get()), not_after);
    require(X509_set_pubkey(blank.get(), key) == 1, "public key not set");
    return blank;
}

std::string alternative_names(const leaf_options& wanted) {
    std::string names;
    const auto add = [&names](std::string_view kind, const std::string& name) {
        if (!names.empty())
            names += ',';
        names.append(kind).append(name);
    };
    for (const std::string& name : wanted.dns_names)
        add("DNS:", name);
    for (const std::string& address : wanted.ip_addresses)
        add("IP:", address);
    return names;
}

const char* extended_key_usage(certificate_purpose purpose) {
    switch (purpose) {
        case certificate_purpose::server:
            return "serverAuth";
        case certificate_purpose::client:
            return "clientAuth";
        case certificate_purpose::code_signing:
            return "codeSigning";
    }
    return "";
}

}  // namespace

struct certificate_authority::signer {
    key_ptr key = make_key();
    certificate_ptr certificate;
};

certificate_authority::certificate_authority(const std::string& common_name) : signer_(std::make_unique<signer>()) {
    const auto now = std::chrono::system_clock::now();
    signer_->certificate = make_blank(common_name, signer_->key.get(), now - std::chrono::hours{24 * 365 * 3},
                                      now + std::chrono::hours{24 * 365 * 3});
    X509* own = signer_->certificate.get();
    require(X509_set_issuer_name(own, X509_get_subject_name(own)) == 1, "issuer not set");
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(own, own, NID_subject_key_identifier, "hash");
    require(X509_sign(own, signer_->key.get(), EVP_sha256()) > 0, "not signed");
    ca_pem_ = pem_of(own);
}

certificate_authority::~certificate_authority() = default;

issued_certificate certificate_authority::issue(const leaf_options& wanted) const {
    const key_ptr key = make_key();
    const certificate_ptr leaf = make_blank(wanted.common_name, key.get(), wanted.not_before, wanted.not_after);
    X509* issuer = signer_->certificate.get();
    require(X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer)) == 1, "issuer not set");
    add_extension(leaf.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf.get(), issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(leaf.get(), issuer, NID_ext_key_usage, extended_key_usage(wanted.purpose));
    add_extension(leaf.get(), issuer, NID_authority_key_identifier, "keyid");
    if (const std::string names = alternative_names(wanted); !names.empty())
        add_extension(leaf.get(), issuer, NID_subject_alt_name, names);
    require(X509_sign(leaf.get(), signer_->key.get(), EVP_sha256()) > 0, "not signed");
    return {pem_of(leaf.get()) + ca_pem_, pem_of(key.get())};
}

}  // namespace coauth::sandbox
