#include "probes/shared/expect/drift.h"

#include <charconv>

#include "model/text.h"
#include "probes/shared/document.h"

namespace answerback::probes {
namespace {

constexpr std::size_t text_kept = 4000;  // bytes; beyond it only the whole is known
constexpr std::size_t names_told = 5;

std::string hex(std::uint64_t value) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  return {digits, end};
}

json::object written(const Digests& parts) {
  json::object all, each;
  for (const auto& [name, digest] : parts) each[name] = hex(digest);
  all["all"] = hex(digest_of(each));
  all["count"] = parts.size();
  if (json::serialize(each).size() <= text_kept) all["parts"] = std::move(each);
  return all;
}

// "search, fetch and 3 more"
class NameList {
 public:
  void add(std::string_view name) {
    if (++count_ <= names_told) text_ += (text_.empty() ? "" : ", ") + one_line(name, 60);
  }
  void append_to(std::string& words, std::string_view what) const {
    if (count_ == 0) return;
    words += (words.empty() ? "" : "; ") + std::string(what) + " " + text_;
    if (count_ > names_told) words += " and " + std::to_string(count_ - names_told) + " more";
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

std::string difference(const json::object& before, const json::object& now) {
  NameList changed, gone, added;
  for (const auto& [name, digest] : before) {
    const json::value* same = now.if_contains(name);
    if (!same)
      gone.add(std::string_view(name));
    else if (*same != digest)
      changed.add(std::string_view(name));
  }
  for (const auto& member : now)
    if (!before.contains(member.key())) added.add(std::string_view(member.key()));
  std::string words;
  changed.append_to(words, "changed:");
  gone.append_to(words, "gone:");
  added.append_to(words, "new:");
  return words;
}

}  // namespace

std::optional<std::string> DriftBaseline::changed(const Digests& parts) {
  const auto before = object_in(store_.get(key_).value_or(""));
  const json::object now = written(parts);
  if (before && text_at(&*before, "all") == text_at(&now, "all")) return std::nullopt;
  store_.put(key_, json::serialize(now));
  if (!before) return std::nullopt;
  const json::object *then_parts = object_at(&*before, "parts"), *now_parts = object_at(&now, "parts");
  if (then_parts && now_parts) return difference(*then_parts, *now_parts);
  return "there were " + text_at(&*before, "count") + ", there are " + std::to_string(parts.size()) +
         ", too many to say which changed";
}

}  // namespace answerback::probes
