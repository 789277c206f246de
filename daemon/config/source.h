#pragma once
// One file as it was read. Turns byte offsets into places, and lines into excerpts that give no value away.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace answerback::config {

// What an excerpt shows of the value the caret points at; values of other keys are always masked.
enum class Show { value, nothing };

class Source {
 public:
  Source(std::string name, std::string text);  // a UTF-8 byte order mark is dropped

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  Place place(std::size_t offset) const;

  // Told by the parser, in the order of the file: a key is shown in excerpts, a value is not unless it is
  // `open`.
  void add_key(std::size_t begin, std::size_t end) { tokens_.push_back({begin, end, true}); }
  void add_value(std::size_t begin, std::size_t end, bool open) { tokens_.push_back({begin, end, open}); }

  // The line of `offset` and a caret below it. Comments are left out; long lines are cut to what is around
  // the caret.
  std::string excerpt(std::size_t offset, Show) const;

 private:
  struct Token {
    std::size_t begin, end;
    bool open;
  };
  std::size_t line_of(std::size_t offset) const;

  std::string name_, text_;
  std::vector<std::size_t> lines_;  // where each begins
  std::vector<Token> tokens_;
};

// Where the scalar ends that begins at `begin` and was read as `value`; npos for a quote that is never
// closed.
std::size_t scalar_end(std::string_view text, std::size_t begin, std::string_view value);

// Where the content begins of a node that may have an anchor or a tag before it.
std::size_t skip_properties(std::string_view text, std::size_t begin);

void report(Diagnostics&, const Source&, std::size_t offset, std::string path, std::string message, Show);

}  // namespace answerback::config
