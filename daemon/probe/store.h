#pragma once
// Small values that outlive a run and, where the daemon has a state_dir, a restart: budgets spent, baselines
// seen.
//
// Keys are "PROBE/what" (Fields::owner() names the probe), values any text, a few kilobytes at most. A put is
// remembered at once and written down soon: after a crash the last second may be missing. Loop's thread only.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace answerback {

// Who we are among instances that watch each other: a word of this process's own. Nothing outside the daemon.
inline constexpr std::string_view instance_key = "answerback/instance";

class Store {
 public:
  virtual ~Store() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  virtual void put(std::string_view key, std::string value) = 0;
};

// Keeps them in memory, and tells whoever writes them down.
class MemoryStore final : public Store {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;
  using Written = std::function<void(std::string_view key, const std::string& value)>;
  MemoryStore() = default;
  explicit MemoryStore(Values values, Written written = {})
      : values_(std::move(values)), written_(std::move(written)) {}

  std::optional<std::string> get(std::string_view key) const override {
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  void put(std::string_view key, std::string value) override {
    const auto at = values_.insert_or_assign(std::string(key), std::move(value)).first;
    if (written_) written_(at->first, at->second);
  }

 private:
  Values values_;
  Written written_;
};

}  // namespace answerback
