#pragma once
// What is usual for this probe: the median of its last times to the first token, kept in the Store.

#include <optional>
#include <string>

#include "model/time.h"
#include "probe/store.h"

namespace answerback::probes {

class LlmBaseline {
 public:
  static constexpr std::size_t kept = 20, needed = 5;

  LlmBaseline(std::string key, Store& store) : key_(std::move(key)), store_(&store) {}

  std::optional<Duration> median() const;  // nullopt before `needed` were seen
  void add(Duration);                      // slow ones too: what lasts becomes usual

 private:
  std::string key_;
  Store* store_;
};

}  // namespace answerback::probes
