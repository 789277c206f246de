#pragma once
// The events an answer must come with, from the configuration.

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace answerback::probes {

struct Stages {
  std::vector<std::string> names = {};  // in order, never empty
  std::set<std::string> optional = {};  // written `name?`; neither the first nor the last
};

// Key `chain`; `usual`: where it is left out, in the same notation.
Stages read_stages(config::Fields&, std::span<const std::string_view> usual);

}  // namespace answerback::probes
