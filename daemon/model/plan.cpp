#include "model/plan.h"

#include <algorithm>

namespace answerback {
namespace {

template <class T>
const T* named(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const ProbeInfo* Plan::probe(std::string_view name) const { return named(probes, name); }
const GroupInfo* Plan::group(std::string_view name) const { return named(groups, name); }

}  // namespace answerback
