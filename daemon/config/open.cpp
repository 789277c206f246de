#include "config/open.h"

#include <algorithm>

#include "config/fields_state.h"
#include "config/files.h"

namespace answerback::config {
namespace {

// Blank lines, comments and the mark of a document.
bool says_nothing(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\r")));
    if (!line.empty() && line != "---" && !line.starts_with('#')) return false;
  }
  return true;
}

}  // namespace

std::optional<Fields> open(const std::filesystem::path& path, Diagnostics& diagnostics) {
  auto bytes = read_file(path);
  if (!bytes) {
    diagnostics.add({{path.string()}, "", bytes.error(), ""});
    return std::nullopt;
  }
  const auto document = std::make_shared<Document>(diagnostics);
  if (says_nothing(*bytes)) *bytes = "{}";
  Source& source = document->sources.emplace_back(path.string(), *std::move(bytes));
  Node& root = document->roots.emplace_back(parse_yaml(source, document->budget, diagnostics, Binary::kept));
  if (root.unusable) return std::nullopt;
  return Fields(Fields::State::of(document, root, ""));
}

}  // namespace answerback::config
