#include "probes/mcp/judge.h"

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t names_shown = 8, words_shown = 200;

std::string joined(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < names_shown; ++i)
    text += (i == 0 ? "" : ", ") + one_line(names[i], 60);
  if (names.size() > names_shown) text += " and " + std::to_string(names.size() - names_shown) + " more";
  return text;
}

std::optional<Failure> lacks(const McpSettings& settings, const McpDialogue& dialogue) {
  std::vector<std::string> missing, there;
  for (const std::string& tool : settings.tools)
    if (!dialogue.tools().has(tool)) missing.push_back(tool);
  if (missing.empty()) return std::nullopt;
  std::string detail = (missing.size() == 1 ? "lacks the tool " : "lacks the tools ") + joined(missing);
  if (!dialogue.offers_tools()) return Failure{Reason::assertion, detail + "; it says it offers no tools"};
  for (const auto& [name, digest] : dialogue.tools().digests()) there.push_back(name);
  return Failure{Reason::assertion, detail + "; it has " + (there.empty() ? "none" : joined(there))};
}

// The first words of what a tool says.
std::string words_in(const json::object& result) {
  const json::array* content = array_at(&result, "content");
  for (std::size_t i = 0; content && i < content->size(); ++i)
    if (const std::string text = text_at((*content)[i].if_object(), "text"); !text.empty())
      return one_line(text, words_shown);
  return "";
}

std::optional<Failure> judge_call(const McpSettings& settings, const json::object& result) {
  const std::string words = words_in(result), doing = "tool " + one_line(settings.plan.tool, 60);
  const json::value* error = result.if_contains("isError");
  if (error && error->is_bool() && error->get_bool())
    return Failure{Reason::upstream_error, doing + " says it failed" + (words.empty() ? "" : ": " + words)};
  if (!array_at(&result, "content") && !result.contains("structuredContent"))
    return Failure{Reason::protocol,
                   doing + " answered without content: " + one_line(json::serialize(result), 120)};
  if (auto mismatch = settings.answer.mismatch_in(result))
    return Failure{Reason::answer_wrong, doing + " answered otherwise: " + *std::move(mismatch)};
  return std::nullopt;
}

}  // namespace

std::optional<Failure> judge_mcp(const McpSettings& settings, const McpDialogue& dialogue) {
  if (auto failure = lacks(settings, dialogue)) return failure;
  for (const auto& [tool, rules] : settings.schemas) {
    const json::object* whole = dialogue.tools().whole(tool);
    auto mismatch = rules.mismatch_in(whole ? json::value(*whole) : json::value(nullptr));
    if (mismatch)
      return Failure{Reason::assertion, "tool " + one_line(tool, 60) + ": " + *std::move(mismatch)};
  }
  return dialogue.result() ? judge_call(settings, *dialogue.result()) : std::nullopt;
}

std::string told_of(const McpSettings& settings, const McpDialogue& dialogue) {
  std::string text = dialogue.version() + (dialogue.sessions() ? " with sessions" : "");
  if (!dialogue.server().empty()) text += ", " + dialogue.server();
  text += ": " + std::to_string(dialogue.tools().digests().size()) + " tools";
  if (!dialogue.result()) return text;
  const std::string words = words_in(*dialogue.result());
  return text + "; " + one_line(settings.plan.tool, 60) + " answered" + (words.empty() ? "" : " " + words);
}

}  // namespace answerback::probes
