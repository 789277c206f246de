#pragma once
// What is kept as rows of the state file, and back. Times are microseconds since the epoch; reasons, phases
// and healths stand under their names, so that a person can read the file with any SQLite tool.

#include <array>
#include <map>
#include <string>
#include <vector>

#include "model/chronicle.h"
#include "model/restored.h"
#include "sinks/chronicler.h"
#include "sinks/database.h"

namespace answerback::sinks {

// What makes a file of version n one of version n + 1; the first makes an empty file one of version 1. Those
// that were released are never changed.
std::span<const char* const> history_migrations();

struct KeptHistory {
  Chronicle chronicle;  // stories are durable
  Restored restored;
  std::map<std::string, std::string, std::less<>> values;  // of the Store
};

// Runs whose rows hold nonsense (a reason nobody knows) are read as far as they make sense. An error of the
// database sticks to it.
KeptHistory read_history(Database&);

// All within the caller's transaction.
void write_chronicle(Database&, const Chronicler&, Wall now);  // its unwritten part
void write_probes(Database&, const std::map<std::string, RestoredProbe>& changed);
void forget_probes(Database&, const std::map<std::string, RestoredProbe>& kept);  // all others
void write_values(Database&, const std::map<std::string, std::string, std::less<>>&);
void write_seen(Database&, Wall);

}  // namespace answerback::sinks
