#include "http/silences_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

#include "http/json_text.h"
#include "model/text.h"

namespace answerback::http {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 200;     // bytes of an author, a comment
constexpr std::size_t most_probes = 100;  // named in one silence

using Wrong = std::unexpected<std::string>;

json::object as_json(const Silence& silence, Wall now) {
  constexpr std::array days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  json::object out{{"id", silence.name},
                   {"source", silence.author.empty() ? "config" : "api"},
                   {"in_force", in_force(silence, now)}};
  if (silence.probes.empty()) {
    out["all"] = true;
  } else {
    json::array& probes = out["probes"].emplace_array();
    for (const std::string& probe : silence.probes) probes.emplace_back(probe);
  }
  if (silence.from) out["starts"] = iso_time(*silence.from);
  if (silence.until) out["ends"] = iso_time(*silence.until);
  if (silence.daily) {
    out["daily"] = print_window(*silence.daily);
    json::array& on = out["days"].emplace_array();
    for (unsigned day = 0; day < days.size(); ++day) {
      if ((silence.daily->days >> day & 1U) != 0) on.emplace_back(days[day]);
    }
  }
  if (!silence.author.empty()) out["author"] = one_line(silence.author, text_cap);
  out["comment"] = one_line(silence.comment, text_cap);
  return out;
}

std::expected<std::string, std::string> line(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (!value || !value->is_string() || value->get_string().empty())
    return Wrong(std::string(key) + ": required, a text");
  return one_line(std::string_view(value->get_string()), text_cap);
}

std::expected<std::optional<Wall>, std::string> moment(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (!value || value->is_null()) return std::nullopt;
  const auto at = value->is_string() ? parse_time(std::string_view(value->get_string())) : std::nullopt;
  if (!at) return Wrong(std::string(key) + ": must be a moment with its zone, like \"2026-12-01T02:00:00Z\"");
  return at;
}

std::expected<std::vector<std::string>, std::string> probes_of(const json::object& from) {
  const json::value *probes = from.if_contains("probes"), *all = from.if_contains("all");
  const bool everything = all && all->is_bool() && all->get_bool();
  if (everything && !probes) return std::vector<std::string>();
  if (everything) return Wrong("all: names all, and probes names some: which?");
  if (!probes || !probes->is_array() || probes->get_array().empty())
    return Wrong("probes: required, a list of names (or all: true)");
  if (probes->get_array().size() > most_probes) return Wrong("probes: too many of them");
  std::vector<std::string> names;
  for (const json::value& each : probes->get_array()) {
    if (!each.is_string() || each.get_string().empty()) return Wrong("probes: a name is a text");
    names.emplace_back(std::string_view(each.get_string()));
  }
  return names;
}

std::expected<Silence, std::string> from_json(const json::value& value) {
  constexpr std::array known{"probes", "all", "author", "comment", "starts",
                             "ends",   "id",  "source", "in_force"};
  if (!value.is_object()) return Wrong("not a JSON object");
  const json::object& from = value.get_object();
  for (const auto& [key, unused] : from) {
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      return Wrong(one_line(std::string_view(key), 40) + ": unknown key");
  }
  Silence silence{.name = ""};
  auto probes = probes_of(from);
  if (!probes) return Wrong(std::move(probes.error()));
  auto author = line(from, "author"), comment = line(from, "comment");
  if (!author) return Wrong(std::move(author.error()));
  if (!comment) return Wrong(std::move(comment.error()));
  auto starts = moment(from, "starts"), ends = moment(from, "ends");
  if (!starts) return Wrong(std::move(starts.error()));
  if (!ends) return Wrong(std::move(ends.error()));
  if (!*ends) return Wrong("ends: required: a silence must have an end");
  silence.probes = *std::move(probes);
  silence.author = *std::move(author);
  silence.comment = *std::move(comment);
  silence.from = *starts;
  silence.until = *ends;
  return silence;
}

json::value parse(std::string_view text, boost::system::error_code& error) {
  json::parse_options options;
  options.max_depth = 4;
  return json::parse(text, error, {}, options);
}

}  // namespace

std::string silence_json(const Silence& silence, Wall now) { return print(as_json(silence, now)); }

std::string silences_json(std::span<const Silence> silences, Wall now) {
  json::array out;
  for (const Silence& each : silences) out.push_back(as_json(each, now));
  return print(out);
}

std::expected<Silence, std::string> parse_silence(std::string_view text, const Plan& plan) {
  boost::system::error_code error;
  const json::value value = parse(text, error);
  if (error) return Wrong("no JSON: " + error.message());
  auto silence = from_json(value);
  if (!silence) return silence;
  for (const std::string& probe : silence->probes) {
    if (plan.probe(probe)) continue;
    std::string known;
    for (const ProbeInfo& each : plan.probes) known += " " + each.name;
    return Wrong("probes: no probe is named \"" + one_line(probe, text_cap) +
                 "\"; there are:" + (known.empty() ? " none" : known));
  }
  return silence;
}

std::vector<Silence> read_silences(std::string_view text) {
  boost::system::error_code error;
  const json::value value = parse(text, error);
  std::vector<Silence> silences;
  if (error || !value.is_array()) return silences;
  for (const json::value& each : value.get_array()) {
    auto silence = from_json(each);
    if (!silence) continue;
    const json::value* id = each.get_object().if_contains("id");
    if (id && id->is_string()) silence->name = std::string_view(id->get_string());
    silences.push_back(*std::move(silence));
  }
  return silences;
}

}  // namespace answerback::http
