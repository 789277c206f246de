#pragma once
// YAML to a plain tree in which every node knows its place. All that YAML allows and a configuration does not
// want ends here: duplicate keys, keys that are no text, tags (but !!binary, which most reads refuse),
// cycles, alias bombs, endless nesting, a second document. Merge keys (<<) are resolved: keys of the mapping
// itself win, then the earlier of those merged.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/source.h"

namespace answerback::config {

struct Node {
  enum class Kind : std::uint8_t { null, text, list, map };
  Kind kind = Kind::null;
  bool plain = false;   // text that stands without quotes
  bool binary = false;  // text that is bytes in base64: !!binary
  bool filled = false;  // text that came, wholly or in part, from a variable or a file
  bool alone = false;   // and is that and nothing else
  bool from_file = false;
  bool unusable = false;  // wrong, and already reported
  const Source* source = nullptr;
  std::uint32_t at = 0, key_at = 0;  // offsets in the source, of the value and of its key
  std::string key;                   // within a mapping
  std::string text;
  std::vector<Node> items;  // of a list, or of a mapping in the order of the file

  const Node* find(std::string_view name) const;
};

std::string_view kind_name(const Node&);  // "a list"

inline constexpr std::string_view no_tags =
    "tags are not supported (a value that begins with ! needs quotes)";

constexpr std::size_t node_budget = 500'000;  // for a whole configuration, aliases expanded

// The mapping the source holds. Everything wrong is reported; what could not be read is left out; a root
// that is `unusable` stands for a file that could not be read at all. `budget` is what may still be built,
// and is lowered.
enum class Binary : std::uint8_t {
  refused,
  kept
};  // !!binary where it stands, or by whoever reads it as text
Node parse_yaml(Source&, std::size_t& budget, Diagnostics&, Binary = Binary::refused);

// What to tell people for a message of yaml-cpp; never quotes the file.
std::string explain_syntax(std::string_view message);

}  // namespace answerback::config
