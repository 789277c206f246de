#include <array>
#include <string>

#include "config/yaml_tree.h"

namespace answerback::config {
namespace {

struct Explanation {
  std::string_view begins, told;
};

constexpr std::array<Explanation, 16> explanations = {{
    {"the referenced anchor is not defined",
     "there is no anchor of this name (a value that begins with * needs quotes)"},
    {"unknown token", "no value begins with this character (put the value in quotes)"},
    {"unknown escape character",
     "unknown escape in a double-quoted text (use single quotes, or double the backslash)"},
    {"bad character found while scanning hex number", "an escape needs hexadecimal digits"},
    {"invalid unicode", "an escape that is no character"},
    {"illegal tab when looking for indentation", "a tab indents this line (YAML wants spaces)"},
    {"end of map flow not found", "this { is not closed (or a value in it needs quotes)"},
    {"end of sequence flow not found", "this [ is not closed (or a value in it needs quotes)"},
    {"illegal flow end", "nothing is open here that this could close"},
    {"illegal map value",
     "a ':' that does not belong here (wrong indentation, or a value that needs quotes)"},
    {"illegal map key", "a key does not belong here (wrong indentation)"},
    {"illegal block entry", "a '-' does not belong here (a list begins on a line of its own)"},
    {"end of map not found", "this does not fit here (wrong indentation, or text after a closing quote)"},
    {"end of sequence not found",
     "this does not fit here (wrong indentation, or text after a closing quote)"},
    {"unexpected character in block scalar", "nothing may follow | or > on their line"},
    {"bad file", "nested too deeply"},
}};

}  // namespace

std::string explain_syntax(std::string_view message) {
  for (const Explanation& e : explanations)
    if (message.starts_with(e.begins)) return std::string(e.told);
  return "not YAML: " +
         std::string(message.substr(0, message.find(':')));  // what follows may be text of the file
}

}  // namespace answerback::config
