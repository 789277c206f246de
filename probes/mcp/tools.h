#pragma once
// The tools a server offers, as its pages of tools/list tell them. Pure. Bounded: names and digests of all,
// the whole of those asked for.

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "model/result.h"
#include "probes/shared/document.h"

namespace answerback::probes {

class McpTools {
 public:
  static constexpr std::size_t most_tools = 2000, most_pages = 50;

  explicit McpTools(std::set<std::string> kept = {}) : kept_(std::move(kept)) {}

  // One page. The cursor of the next, or nullopt after the last. Failures: protocol (a tool without a name or
  // schema, two of one name, a cursor that was given before), too_large.
  std::expected<std::optional<std::string>, Failure> add(const json::object& page);

  const std::map<std::string, std::uint64_t>& digests() const { return digests_; }  // by name
  bool has(std::string_view name) const { return digests_.contains(std::string(name)); }
  const json::object* whole(const std::string& name) const;  // of one that is kept, and there
  std::size_t pages() const { return pages_; }

 private:
  std::expected<void, Failure> add_tool(const json::value&);

  std::set<std::string> kept_, cursors_;
  std::map<std::string, std::uint64_t> digests_;
  std::map<std::string, json::object> wholes_;
  std::size_t pages_ = 0;
};

}  // namespace answerback::probes
