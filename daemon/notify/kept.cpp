#include "notify/kept.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "notify/alert_json.h"

namespace answerback::notify {
namespace {

namespace json = boost::json;

// Time since the epoch in nanoseconds, as a Wall counts them.
std::int64_t number(Wall at) { return at.time_since_epoch().count(); }
Wall moment(const json::value& value) { return Wall(Wall::duration(value.as_int64())); }

json::object print_alert(const Alert& alert) {
  return {{"probe", alert.probe},
          {"gravity", std::to_underlying(alert.gravity)},
          {"labels", json_of(alert.labels)},
          {"annotations", json_of(alert.annotations)},
          {"starts_at", number(alert.starts_at)},
          {"url", alert.url}};
}

json::object print_notice(const Notice& notice) {
  return {{"id", notice.id},
          {"alert", print_alert(notice.alert)},
          {"ended", notice.ended ? json::value(number(*notice.ended)) : json::value(nullptr)}};
}

// The readers throw what Boost.JSON throws when the shape is another one; parse_kept() catches it.
std::string text(const json::value& value) { return std::string(std::string_view(value.as_string())); }

std::map<std::string, std::string> read_texts(const json::value& value) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, each] : value.as_object()) texts.emplace(std::string(key), text(each));
  return texts;
}

Alert read_alert(const json::object& from) {
  const std::int64_t gravity = from.at("gravity").as_int64();
  if (gravity < 0 || gravity > std::to_underlying(Gravity::critical)) throw std::out_of_range("gravity");
  return {.probe = text(from.at("probe")),
          .gravity = static_cast<Gravity>(gravity),
          .labels = read_texts(from.at("labels")),
          .annotations = read_texts(from.at("annotations")),
          .starts_at = moment(from.at("starts_at")),
          .url = text(from.at("url"))};
}

Notice read_notice(const json::object& from) {
  const json::value& ended = from.at("ended");
  return {.id = text(from.at("id")),
          .alert = read_alert(from.at("alert").as_object()),
          .ended = ended.is_null() ? std::nullopt : std::optional(moment(ended))};
}

Kept read(const json::object& from) {
  Kept kept;
  for (const json::value& each : from.at("firing").as_array()) {
    Alert alert = read_alert(each.as_object());
    std::string probe = alert.probe;
    kept.ledger.emplace(std::move(probe), std::move(alert));
  }
  for (const auto& [target, notices] : from.at("waiting").as_object()) {
    std::deque<Notice>& list = kept.waiting[std::string(target)];
    for (const json::value& each : notices.as_array()) list.push_back(read_notice(each.as_object()));
  }
  return kept;
}

}  // namespace

std::string print(const Kept& kept) {
  json::array firing;
  for (const auto& [probe, alert] : kept.ledger) firing.push_back(print_alert(alert));
  json::object waiting;
  for (const auto& [target, notices] : kept.waiting) {
    json::array& list = waiting[target].emplace_array();
    std::ranges::transform(notices, std::back_inserter(list), print_notice);
  }
  return json::serialize(json::object{
      {"version", kept_version}, {"firing", std::move(firing)}, {"waiting", std::move(waiting)}});
}

std::expected<Kept, std::string> parse_kept(std::string_view file) {
  boost::system::error_code broken;
  const json::value value = json::parse(file, broken);
  if (broken) return std::unexpected("it is no JSON: " + broken.message());
  try {
    const json::object& root = value.as_object();
    const std::int64_t version = root.at("version").as_int64();
    if (version != kept_version) return std::unexpected("it is of version " + std::to_string(version));
    return read(root);
  } catch (const std::exception&) {
    return std::unexpected("it is not in the form we write");
  }
}

}  // namespace answerback::notify
