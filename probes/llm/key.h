#pragma once
// The key of the API: as it was configured, or from a file that is read again when it changes, so that a key
// is turned without a reload.

#include <expected>
#include <string>

#include "config/secret.h"
#include "model/result.h"
#include "net/file_stamp.h"

namespace answerback::probes {

class LlmKey {
 public:
  LlmKey() = default;  // none is sent
  explicit LlmKey(Secret key) : key_(std::move(key)) {}
  static LlmKey in_file(std::string path);

  // As it is now, white space around it left out. A file that is gone or empty for a moment (it is being
  // replaced) leaves the key there was. Failure: auth, where there has been none yet, or it is no key.
  std::expected<Secret, Failure> now();

 private:
  std::expected<Secret, Failure> read() const;

  std::string path_;
  Secret key_;
  net::FileStamp stamp_;
};

}  // namespace answerback::probes
