#pragma once
// Values written so that they can be read again: YAML scalars for the printed configuration, JSON for
// matchers.

#include <expected>
#include <string>
#include <string_view>

#include "config/yaml_tree.h"

namespace answerback::config {

// Without quotes only where every YAML reader sees plain text; "${" is escaped, userinfo masked.
std::string yaml_text(std::string_view);
std::string json_text(std::string_view);  // a JSON string with its quotes

struct NotJson {
  const Node* node;
  std::string path, message;
};
// Unquoted scalars are typed as JSON types them. Those that YAML versions disagree about (yes, 010, 0x1f) are
// refused.
std::expected<std::string, NotJson> to_json(const Node&, const std::string& path);

// For printing: as to_json, but whatever was filled in, or belongs to a key that names a secret, is <secret>.
std::string to_masked_json(const Node&);

// What is wrong with an unquoted scalar that readers disagree about: a hint; empty if nothing.
std::string_view ambiguity(std::string_view text);

std::string number_text(double);

}  // namespace answerback::config
