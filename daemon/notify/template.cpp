#include "notify/template.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "model/text.h"
#include "notify/alert_json.h"

namespace answerback::notify {
namespace {

constexpr std::string_view open = "{{", close = "}}";

std::string inside_of_string(std::string_view text) {
  const std::string quoted = boost::json::serialize(boost::json::string(text));
  return quoted.substr(1, quoted.size() - 2);
}

std::string at(const std::map<std::string, std::string>& texts, const char* key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::string() : inside_of_string(found->second);
}

template <std::size_t n>
struct Key {
  char text[n];
  constexpr Key(const char (&from)[n]) { std::copy_n(from, n, text); }
};
template <Key key>
std::string label(const Notice& notice) {
  return at(notice.alert.labels, key.text);
}
template <Key key>
std::string annotation(const Notice& notice) {
  return at(notice.alert.annotations, key.text);
}

struct Placeholder {
  std::string_view name;
  std::string (*value)(const Notice&);
};
constexpr std::array placeholders{
    Placeholder{"status", [](const Notice& n) -> std::string { return n.fires() ? "firing" : "resolved"; }},
    Placeholder{"id", [](const Notice& n) { return n.id; }},
    Placeholder{"fingerprint", [](const Notice& n) { return fingerprint(n.alert); }},
    Placeholder{"alertname", label<"alertname">},
    Placeholder{"service", label<"service">},
    Placeholder{"probe", label<"probe">},
    Placeholder{"reason", label<"reason">},
    Placeholder{"severity", label<"severity">},
    Placeholder{"summary", annotation<"summary">},
    Placeholder{"description", annotation<"description">},
    Placeholder{"impact", annotation<"impact">},
    Placeholder{"blocks", annotation<"blocks">},
    Placeholder{"value_blocked", annotation<"value_blocked">},
    Placeholder{"runbook_url", annotation<"runbook_url">},
    Placeholder{"url", [](const Notice& n) { return inside_of_string(n.alert.url); }},
    Placeholder{"starts_at", [](const Notice& n) { return iso_time(n.alert.starts_at); }},
    Placeholder{"ends_at", [](const Notice& n) { return n.ended ? iso_time(*n.ended) : std::string(); }},
    Placeholder{"labels", [](const Notice& n) { return boost::json::serialize(json_of(n.alert.labels)); }},
    Placeholder{"annotations",
                [](const Notice& n) { return boost::json::serialize(json_of(n.alert.annotations)); }},
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string unknown(std::string_view name) {
  std::string text = "no placeholder is named \"" + one_line(name, 40) + "\"; there are";
  for (const Placeholder& each : placeholders) text.append(" ").append(each.name);
  return text;
}

}  // namespace

std::expected<Template, std::string> Template::parse(std::string_view text) {
  Template made;
  while (!text.empty()) {
    const std::size_t begin = text.find(open);
    if (begin != 0) made.parts_.emplace_back(std::string(text.substr(0, begin)));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin + open.size());
    const std::size_t end = text.find(close);
    if (end == std::string_view::npos) return std::unexpected("a {{ without its }}");
    const std::string_view name = trimmed(text.substr(0, end));
    const auto* const known = std::ranges::find(placeholders, name, &Placeholder::name);
    if (known == placeholders.end()) return std::unexpected(unknown(name));
    made.parts_.emplace_back(known->value);
    text.remove_prefix(end + close.size());
  }
  return made;
}

std::string Template::fill(const Notice& notice) const {
  std::string body;
  for (const auto& part : parts_) {
    const auto* const text = std::get_if<std::string>(&part);
    body += text ? *text : std::get<Value>(part)(notice);
  }
  return body;
}

}  // namespace answerback::notify
