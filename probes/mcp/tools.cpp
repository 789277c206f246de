#include "probes/mcp/tools.h"

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t name_kept = 128, cursor_kept = 16 * 1024;

std::unexpected<Failure> broken_list(std::string detail, Reason reason = Reason::protocol) {
  return std::unexpected(Failure{reason, "tools/list: " + std::move(detail)});
}

}  // namespace

std::expected<std::optional<std::string>, Failure> McpTools::add(const json::object& page) {
  const json::array* tools = array_at(&page, "tools");
  if (!tools) return broken_list("wanted a list of tools, got " + one_line(json::serialize(page), 120));
  if (digests_.size() + tools->size() > most_tools)
    return broken_list("more than " + std::to_string(most_tools) + " tools", Reason::too_large);
  for (const json::value& tool : *tools)
    if (auto added = add_tool(tool); !added) return std::unexpected(std::move(added).error());
  ++pages_;
  std::string cursor = text_at(&page, "nextCursor");
  if (cursor.empty()) return std::nullopt;
  if (cursor.size() > cursor_kept)
    return broken_list("a cursor of " + std::to_string(cursor.size()) + " bytes");
  if (!cursors_.insert(cursor).second)
    return broken_list("page " + std::to_string(pages_) + " ends with a cursor that was given before");
  if (pages_ >= most_pages)
    return broken_list("it does not end after " + std::to_string(most_pages) + " pages", Reason::too_large);
  return std::optional(std::move(cursor));
}

std::expected<void, Failure> McpTools::add_tool(const json::value& value) {
  const json::object* tool = value.if_object();
  const json::value* name = tool ? tool->if_contains("name") : nullptr;
  if (!name || !name->is_string() || name->get_string().empty())
    return broken_list("a tool without a name: " + one_line(json::serialize(value), 120));
  const std::string_view whole(name->get_string());
  if (whole.size() > name_kept) return broken_list("a name of " + std::to_string(whole.size()) + " bytes");
  if (!object_at(tool, "inputSchema"))
    return broken_list("tool " + one_line(whole, name_kept) + " has no inputSchema");
  if (!digests_.emplace(whole, digest_of(value)).second)
    return broken_list("two tools are named " + one_line(whole, name_kept));
  if (kept_.contains(std::string(whole))) wholes_.emplace(whole, *tool);
  return {};
}

const json::object* McpTools::whole(const std::string& name) const {
  const auto found = wholes_.find(name);
  return found == wholes_.end() ? nullptr : &found->second;
}

}  // namespace answerback::probes
