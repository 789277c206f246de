#pragma once
// What is sent to prove who we are must not come back in what we show: providers put keys into their error
// messages.

#include <string>
#include <vector>

#include "config/secret.h"

namespace answerback::probes {

class LlmSecrets {
 public:
  void add(Secret);  // one too short to be a secret is not looked for: it would make holes everywhere
  std::string taken_out_of(std::string) const;

 private:
  std::vector<Secret> secrets_;
};

}  // namespace answerback::probes
