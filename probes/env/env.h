#pragma once
// Probe type `env`: the environment a platform needs is there and whole: variables, their shapes, no test
// switches, files and secrets. Of this process, or of a neighbour through a file. Values are looked at and
// never shown: a message names a variable and what it lacks.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/probe.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::probes {

struct EnvVariable {
  std::string name = {};
  std::size_t min_length = 1;            // bytes
  std::optional<Pattern> matches = {};   // found in the value
  std::vector<std::string> one_of = {};  // empty: anything
};

struct EnvFile {
  std::string path = {};
  std::size_t min_bytes = 1;             // 0: may be empty
  std::optional<Duration> max_age = {};  // since it was last written
  bool mounted = false;                  // it, or a folder above it other than /, is a mount point
  bool folder = false;                   // a folder is wanted, not a file
};

struct EnvSettings {
  std::string file = {};  // the neighbour's variables; empty: our own
  std::vector<EnvVariable> variables = {};
  std::vector<std::string> forbid = {};        // "TESTING": not there, or empty; "LLM=mock": not this value
  std::vector<std::string> no_localhost = {};  // names; "*_URL" means all of that shape
  std::vector<std::vector<std::string>> equal = {};  // names whose values are one; "self:NAME" is our own
  std::vector<EnvFile> files = {};
};
EnvSettings read_env(config::Fields&);

// --- pure

using EnvValues = std::map<std::string, std::string, std::less<>>;

// NAME=value lines as Docker, systemd and dotenv write them ("export", quotes, comments), or the
// NUL-separated form of /proc/PID/environ. What is no assignment is left out.
EnvValues parse_env(std::string_view text);

// What the worker saw of one path.
struct EnvSeen {
  std::string error = {};  // "No such file or directory"; empty: it could be opened for reading
  bool folder = false, mounted = false;
  std::uint64_t size = 0;
  Wall written{};
};

// "JWT_SECRET is not set", one for each thing that is wrong; never a value.
std::vector<std::string> judge_variables(const EnvSettings&, const EnvValues&, const EnvValues& own);
std::optional<std::string> judge_file(const EnvFile&, const EnvSeen&, Wall now);

// Whether a URL, a DSN or an address in it points at the machine it is read on.
bool names_localhost(std::string_view value);

extern const ProbeType env;

}  // namespace answerback::probes
