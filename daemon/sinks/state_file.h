#pragma once
// The state file: opened, its schema brought up to date in place. One that cannot be read is set aside under
// another name, never deleted, and a new one begun; one that is newer than we are is refused.

#include <expected>
#include <memory>
#include <span>
#include <string>

#include "model/time.h"
#include "sinks/database.h"

namespace answerback::sinks {

struct StateFile {
  std::unique_ptr<Database> database;
  std::string set_aside;  // where what could not be read lies now; empty: there was nothing wrong
  std::string why;        // what was wrong with it
  bool writable = true;   // false: only to be read, once, and closed
};

struct Unusable {
  bool refused = false;  // it is newer: the daemon must not start. Else: the disk does not let us
  std::string why;
};

// `migrations[n]` makes a file of version n (0: empty) one of version n + 1. `now` names what is set aside.
std::expected<StateFile, Unusable> open_state_file(const std::string& file,
                                                   std::span<const char* const> migrations, Wall now);

}  // namespace answerback::sinks
