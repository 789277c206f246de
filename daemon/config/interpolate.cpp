#include "config/interpolate.h"

#include <expected>
#include <filesystem>
#include <functional>
#include <utility>

#include "config/encoding.h"
#include "config/files.h"
#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::size_t largest_value_file = 1U << 20U;
using Filled = std::expected<std::string, std::string>;

bool is_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  return !name.empty() && letters.contains(name.front()) &&
         name.find_first_not_of(std::string(letters) + "0123456789") == std::string_view::npos;
}

class Interpolator {
 public:
  Interpolator(const Environment& environment, Diagnostics& diagnostics,
               std::vector<std::filesystem::path>& files)
      : environment_(environment), diagnostics_(diagnostics), files_(files) {}

  void visit(Node& node, const std::string& path) {
    if (node.kind == Node::Kind::text) return fill(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      Node& item = node.items[i];
      visit(item, node.kind == Node::Kind::list ? path + "[" + std::to_string(i) + "]"
                  : path.empty()                ? item.key
                                                : path + "." + item.key);
    }
  }

  std::string fingerprint() && { return std::move(fingerprint_); }

 private:
  void fill(Node& node, const std::string& path) {
    const std::string& raw = node.text;
    std::string out;
    std::size_t pos = 0;
    bool filled = false, whole = false;
    for (auto at = raw.find("${"); at != std::string::npos; at = raw.find("${", pos)) {
      if (at > pos && raw[at - 1] == '$') {  // $${
        out.append(raw, pos, at - 1 - pos).append("${");
        pos = at + 2;
        continue;
      }
      const auto end = raw.find('}', at);
      if (end == std::string::npos)
        return error(node, path, "a ${ without its } (write $${ for a literal ${)");
      Filled value = resolve(node, std::string_view(raw).substr(at + 2, end - at - 2));
      if (!value) return error(node, path, value.error());
      node.from_file = node.from_file || raw.compare(at, 7, "${file:") == 0;
      whole = at == 0 && end + 1 == raw.size();
      out.append(raw, pos, at - pos).append(*value);
      pos = end + 1;
      filled = true;
    }
    if (pos == 0) return;
    out.append(raw, pos);
    node.plain = node.plain && whole && !out.empty();
    node.filled = filled;
    node.alone = whole;
    node.text = std::move(out);
  }

  Filled resolve(const Node& node, std::string_view inside) {
    constexpr std::string_view file = "file:", otherwise = ":-";
    if (inside.starts_with(file)) return content(node, std::string(inside.substr(file.size())));
    const auto split = inside.find(otherwise);
    const std::string name(inside.substr(0, split));
    if (!is_name(name))
      return std::unexpected(
          "only ${NAME}, ${NAME:-default} and ${file:/path} are filled in (write $${ for a literal ${)");
    std::optional<std::string> value = environment_(name);
    if (split != std::string_view::npos) {
      const std::string_view fallback = inside.substr(split + otherwise.size());
      if (fallback.contains("${"))
        return std::unexpected("${" + name + ":-…}: a default cannot hold another ${");
      if (!value || value->empty()) return std::string(fallback);
    }
    if (!value)
      return std::unexpected("${" + name + "} is not set (set it, or give a default: ${" + name + ":-…})");
    if (const auto bad = find_bad_byte(*value))
      return std::unexpected("${" + name + "} cannot be used: " + bad->message);
    return *std::move(value);
  }

  Filled content(const Node& node, const std::string& path) {
    const auto full = std::filesystem::path(node.source->name()).parent_path() / path;
    const auto fail = [&](const std::string& why) -> Filled {
      return std::unexpected("${file:" + path + "}: " + why);
    };
    if (path.empty()) return fail("the path is missing");
    std::error_code ignored;
    if (std::filesystem::is_fifo(full, ignored)) return fail("not a regular file");
    auto bytes = read_file(full, largest_value_file);
    if (!bytes) return fail(bytes.error());
    files_.push_back(full);
    if (const auto bad = find_bad_byte(*bytes)) return fail(bad->message);
    fingerprint_ += "# " + path + " " + std::to_string(std::hash<std::string>{}(*bytes)) + "\n";
    if (bytes->ends_with('\n')) bytes->pop_back();
    if (bytes->ends_with('\r')) bytes->pop_back();
    return *std::move(bytes);
  }

  void error(Node& node, const std::string& path, const std::string& message) {
    report(diagnostics_, *node.source, node.at, path, message, Show::nothing);
    node.text.clear();  // nothing that reads on can show the half of it
    node.kind = Node::Kind::null;
    node.unusable = true;
  }

  const Environment& environment_;
  Diagnostics& diagnostics_;
  std::vector<std::filesystem::path>& files_;
  std::string fingerprint_;
};

}  // namespace

std::string interpolate(Node& root, const Environment& environment, Diagnostics& diagnostics,
                        std::vector<std::filesystem::path>& files) {
  Interpolator interpolator(environment, diagnostics, files);
  interpolator.visit(root, "");
  return std::move(interpolator).fingerprint();
}

}  // namespace answerback::config
