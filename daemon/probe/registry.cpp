#include "probe/registry.h"

#include <algorithm>

namespace answerback {

const ProbeType* Registry::find(std::string_view name) const {
  const auto found = std::ranges::find(types_, name, &ProbeType::name);
  return found == types_.end() ? nullptr : &*found;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const ProbeType& type : types_) names.emplace_back(type.name);
  return names;
}

}  // namespace answerback
