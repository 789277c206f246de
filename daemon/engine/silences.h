#pragma once
// The silences there are: those of the configuration, and those asked for while the daemon runs. One thread.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/silence.h"

namespace answerback::engine {

class Silences {
 public:
  static constexpr std::size_t most = 100;  // of those asked for

  void configure(std::vector<Silence>);  // replaces those of the configuration
  void restore(std::vector<Silence>);    // those asked for, as they were before a restart

  // A silence somebody asks for: gets the next number as its name. It has an author, a comment and an end
  // that is still to come; or what is wrong with it.
  std::expected<Silence, std::string> add(Silence, Wall now);
  std::expected<void, std::string> remove(std::string_view name);

  // Drops what is over. True when what is in force, or the list, has changed since the last call.
  bool moved(Wall now);

  std::string by(std::string_view probe, Wall now) const { return silenced_by(all(), probe, now); }
  const std::vector<Silence>& all() const { return *all_; }
  const std::vector<Silence>& asked() const { return asked_; }
  std::shared_ptr<const std::vector<Silence>> view() const {
    return all_;
  }  // those of the configuration first

 private:
  void rebuild();

  std::vector<Silence> configured_, asked_;
  std::shared_ptr<const std::vector<Silence>> all_ = std::make_shared<std::vector<Silence>>();
  std::vector<bool> in_force_;  // as all_, at the last moved()
  std::uint64_t last_number_ = 0;
  bool changed_ = false;
};

}  // namespace answerback::engine
