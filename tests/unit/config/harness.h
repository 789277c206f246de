#pragma once
// A configuration loaded as the daemon loads it, with probe types made up for the tests.

#include <filesystem>
#include <map>
#include <string>

#include "config/config.h"

namespace answerback::config::testing {

using Variables = std::map<std::string, std::string>;

struct Loaded {
  Diagnostics diagnostics;
  Config config;
};

// Loads, then lets the types `http` and `plain` and the credentials read their keys.
void load_all(const std::filesystem::path&, const Variables&, Loaded&);

// As load_all, of a file that holds `text`, named config.yaml in a folder of its own.
class Written {
 public:
  explicit Written(const std::string& text, const Variables& variables = {});
  ~Written();
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  Loaded loaded;
  // The whole message, without the folder.
  std::string text() const;

 private:
  std::filesystem::path folder_;
};

std::filesystem::path fresh_folder();
void write(const std::filesystem::path&, const std::string& text);
std::string without(std::string text, const std::string& part);

}  // namespace answerback::config::testing
