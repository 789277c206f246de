#include "support/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <stdexcept>

namespace answerback::test {
namespace {

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("making a certificate: ") + what);
}

EVP_PKEY* new_key() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  must(key, "key");
  return key;
}

template <class Write>
std::string pem_text(Write write) {
  std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  must(write(out.get()) == 1, "PEM");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_text(X509* certificate) {
  return pem_text([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string key_text(EVP_PKEY* key) {
  return pem_text(
      [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(name, not_an_address);
    text += (text.empty() ? "" : ",") + std::string(not_an_address ? "DNS:" : "IP:") + name;
  }
  return text;
}

// `issuer` null: by itself.
X509* new_certificate(std::string_view subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                      const CertificateSpec& spec, bool authority) {
  static std::atomic<long> serial = 1;
  X509* certificate = X509_new();
  must(certificate, "certificate");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), static_cast<long>(spec.begins.count()));
  X509_gmtime_adj(X509_getm_notAfter(certificate), static_cast<long>(spec.ends.count()));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(subject.data()),
                             static_cast<int>(subject.size()), -1, 0);
  X509* const signer = issuer ? issuer : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, key);
  extend(certificate, signer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!authority) extend(certificate, signer, NID_subject_alt_name, alternative_names(spec.names));
  must(X509_sign(certificate, issuer ? issuer_key : key, EVP_sha256()) > 0, "signature");
  return certificate;
}

}  // namespace

Identity self_signed(const CertificateSpec& spec) {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(new_key(), EVP_PKEY_free);
  std::unique_ptr<X509, void (*)(X509*)> made(
      new_certificate("self", key.get(), nullptr, nullptr, spec, false), X509_free);
  return {certificate_text(made.get()), key_text(key.get())};
}

Authority::Authority(std::string_view name) : key_(new_key()) {
  const CertificateSpec spec{.begins = std::chrono::days(-5), .ends = std::chrono::days(5)};
  certificate_.reset(new_certificate(name, key_.get(), nullptr, nullptr, spec, true));
}

Authority::Authority(std::string_view name, const Authority& issuer, const CertificateSpec& spec)
    : key_(new_key()) {
  certificate_.reset(
      new_certificate(name, key_.get(), issuer.certificate_.get(), issuer.key_.get(), spec, true));
  chain_ = pem() + issuer.chain_;
}

Identity Authority::issue(const CertificateSpec& spec) const {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(new_key(), EVP_PKEY_free);
  std::unique_ptr<X509, void (*)(X509*)> made(
      new_certificate("leaf", key.get(), certificate_.get(), key_.get(), spec, false), X509_free);
  return {certificate_text(made.get()) + chain_, key_text(key.get())};
}

std::string Authority::pem() const { return certificate_text(certificate_.get()); }

TempFile::TempFile(std::string_view content) {
  static std::atomic<int> count = 0;
  path_ = std::filesystem::temp_directory_path() /
          ("answerback-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  write(content);
}

TempFile::~TempFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void TempFile::write(std::string_view content) {
  const std::filesystem::path fresh = path_.string() + ".new";
  std::ofstream(fresh, std::ios::binary) << content;
  std::filesystem::rename(fresh, path_);
}

}  // namespace answerback::test
