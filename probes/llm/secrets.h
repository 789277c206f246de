#pragma once
// What is sent to prove who we are must not come back in what we show: providers put keys into their error
// messages.

#include <string>
#include <vector>

#include "config/secret.h"

namespace answerback::probes {

class LlmSecrets {
 public:
  void add(Secret);      // one too short to be a secret is not looked for: it would make holes everywhere
  void use_key(Secret);  // the key from now on; the one before it is still looked for
  std::string taken_out_of(std::string) const;

 private:
  std::vector<Secret> secrets_;
  Secret key_, key_before_;
};

}  // namespace answerback::probes
