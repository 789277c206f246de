#include "config/foreign.h"

#include "config/fields_state.h"
#include "config/files.h"

namespace answerback::config {

std::optional<Fields> read_foreign(const std::filesystem::path& path, std::string named,
                                   Diagnostics& diagnostics) {
  auto bytes = read_file(path);
  if (!bytes) {
    diagnostics.add({{std::move(named)}, "", bytes.error(), ""});
    return std::nullopt;
  }
  const std::size_t before = diagnostics.all().size();
  auto document = std::make_shared<Document>(diagnostics);
  Source& source = document->sources.emplace_back(std::move(named), *std::move(bytes));
  const Node& root = document->roots.emplace_back(parse_yaml(source, document->budget, diagnostics));
  if (root.unusable || diagnostics.all().size() != before) return std::nullopt;
  return Fields(Fields::State::of(std::move(document), root, ""));
}

}  // namespace answerback::config
