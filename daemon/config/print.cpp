// The effective configuration: what was read, as it was recorded when it was read. Files that were included
// are one with the main file.
#include <array>

#include "config/config.h"
#include "config/config_state.h"
#include "config/render.h"

namespace answerback::config {
namespace {

using Reads = Fields::State;

std::string indented(const std::string& lines, std::string_view first, std::string_view others) {
  std::string out;
  for (std::size_t pos = 0; pos < lines.size();) {
    const std::size_t end = lines.find('\n', pos) + 1;
    out.append(pos == 0 ? first : others).append(lines, pos, end - pos);
    pos = end;
  }
  return out;
}

std::string print_mapping(const Reads&);

// What stands below the key: lines of its own, already indented; empty if there is nothing to say.
std::string print_below(const Reads::Read& read) {
  std::string out;
  for (const auto& child : read.children) {
    const std::string lines = print_mapping(*child);
    switch (read.shape) {
      case Reads::Shape::value: break;
      case Reads::Shape::map: out += indented(lines, "  ", "  "); break;
      case Reads::Shape::list: out += lines.empty() ? "  - {}\n" : indented(lines, "  - ", "    "); break;
      case Reads::Shape::named:
        out += "  " + yaml_text(child->name) + ":" +
               (lines.empty() ? " {}\n" : "\n" + indented(lines, "    ", "    "));
        break;
    }
  }
  return out;
}

std::string print_mapping(const Reads& state) {
  std::string out;
  for (const Reads::Read& read : state.reads) {
    if (!read.value.empty()) out += yaml_text(read.key) + ": " + read.value + "\n";
    if (const std::string below = print_below(read); !below.empty())
      out += yaml_text(read.key) + ":\n" + below;
  }
  return out;
}

}  // namespace

std::vector<Secret> Config::secrets() const {
  std::vector<Secret> out;
  for (const std::string& each : state->document->secrets) out.emplace_back(each);
  return out;
}

std::string Config::print() const {
  static constexpr std::array<std::string_view, 12> order = {
      "service",     "listen", "state_dir",    "alerts", "blackbox", "defaults",
      "credentials", "probes", "capabilities", "groups", "compare",  "silences"};
  std::string out;
  for (const std::string_view key : order) {
    std::string below;
    for (const auto& root : state->roots) {
      for (const Reads::Read& read : root->reads) {
        if (read.key != key) continue;
        if (!read.value.empty()) out += read.key + ": " + read.value + "\n";
        below += print_below(read);
      }
    }
    if (!below.empty()) out += std::string(key) + ":\n" + below;
  }
  return out;
}

}  // namespace answerback::config
