#pragma once
// Everything wrong with a configuration, collected before anybody is told: all errors at once, each with its
// place.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace answerback::config {

struct Place {
  std::string file;
  int line = 0, column = 0;  // from 1; 0: the file as a whole
};

struct Diagnostic {
  Place place;
  std::string path;     // "probes[1].timout"; empty for the file as a whole
  std::string message;  // "unknown key (did you mean \"timeout\"?)"
  std::string excerpt;  // the offending line, values that may be secret masked, and a caret under the token;
                        // may be empty
};

class Diagnostics {
 public:
  void add(Diagnostic);  // keeps the first 200, counts the others; the same said twice is said once
  bool full() const;     // what is added now is only counted
  bool ok() const { return all_.empty(); }
  const std::vector<Diagnostic>& all() const { return all_; }

  // In the order of place, one after the other:
  //   config.yaml:7:12: probes[1].timout: unknown key (did you mean "timeout"?)
  //     7 |   - {name: a, url: ***, timout: ***}
  //       |                       ^
  std::string text() const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t left_out_ = 0;
};

// The known word nearest to a misspelt one, if it is near enough to be what was meant.
std::string_view nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace answerback::config
