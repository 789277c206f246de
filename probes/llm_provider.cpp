#include "probes/llm_provider.h"

#include <algorithm>

#include "probes/llm_openai.h"

namespace answerback::probes {
namespace {

constexpr LlmProviderRow rows[] = {
    {.name = "openai", .base_url = "https://api.openai.com/v1", .make = make_llm_openai},
};

}  // namespace

std::span<const LlmProviderRow> llm_providers() { return rows; }

const LlmProviderRow& llm_provider_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &LlmProviderRow::name);
  return found == std::end(rows) ? rows[0] : *found;
}

net::Url below(net::Url base, std::string_view path) {
  const std::size_t query = std::min(base.target.find('?'), base.target.size());
  std::string target = base.target.substr(0, query);
  while (target.ends_with('/')) target.pop_back();
  base.target = target.append(path).append(base.target, query);
  return base;
}

}  // namespace answerback::probes
