#pragma once
// The probe types there are: an explicit list (probes/all.cpp), looked up by name.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probe/probe.h"

namespace answerback {

class Registry {
 public:
  explicit Registry(std::span<const ProbeType> types) : types_(types) {}
  std::span<const ProbeType> types() const { return types_; }
  const ProbeType* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::span<const ProbeType> types_;
};

}  // namespace answerback
