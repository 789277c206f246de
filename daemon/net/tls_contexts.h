#pragma once
// One OpenSSL context per set of settings, remade when a file it was made from is another one than before.

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <map>
#include <memory>
#include <string>

#include "model/result.h"
#include "net/file_stamp.h"
#include "net/tls.h"

namespace answerback::net {

class TlsContexts {
 public:
  using Context = std::shared_ptr<boost::asio::ssl::context>;

  // tls_untrusted with the file and what is wrong with it, where a file cannot be used. A failure is not
  // remembered.
  std::expected<Context, Failure> get(const TlsSettings&);

 private:
  using Stamps = std::array<FileStamp, 4>;
  struct Entry {
    Context context;
    Stamps stamps;
  };
  static Stamps stamps(const TlsSettings&);

  std::map<TlsSettings, Entry> entries_;
};

}  // namespace answerback::net
