#pragma once
// Certificates made in the test's own process: P-256, PEM, nothing on disk unless asked for.
//
//   Authority ca;
//   Identity good = ca.issue({.names = {"good.test"}});
//   Identity old = ca.issue({.names = {"good.test"}, .begins = -48h, .ends = -24h});
//   TempFile ca_file(ca.pem());   // for TlsSettings::ca_file

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace answerback::test {

struct Identity {
  std::string certificates;  // PEM, leaf first
  std::string key;           // PEM
};

struct CertificateSpec {
  std::vector<std::string> names = {"localhost"};  // subject alternative names: host names and IP addresses
  std::chrono::seconds begins = std::chrono::hours(-1);  // from now
  std::chrono::seconds ends = std::chrono::hours(24);
};

Identity self_signed(const CertificateSpec& = {});

// A CA of a test. Its own certificate is valid for ten days around now unless said otherwise.
class Authority {
 public:
  explicit Authority(std::string_view name = "answerback test CA");
  // An intermediate CA; `spec` gives its dates. What it issues carries its certificate too.
  Authority(std::string_view name, const Authority& issuer, const CertificateSpec& spec = {});

  Identity issue(const CertificateSpec& = {}) const;
  std::string pem() const;  // its certificate

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::unique_ptr<X509, FreeCertificate> certificate_;
  std::string chain_;  // PEM of the CAs between what it issues and the root
};

// Gone with the object. write() replaces it as a whole, by renaming, as a secret manager does.
class TempFile {
 public:
  explicit TempFile(std::string_view content = {});
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  void write(std::string_view content);
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace answerback::test
