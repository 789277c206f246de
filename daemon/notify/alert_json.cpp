#include "notify/alert_json.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>

#include "model/text.h"

namespace answerback::notify {
namespace {

namespace json = boost::json;

constexpr std::string_view never = "0001-01-01T00:00:00Z";  // Go's zero time: it has not ended

json::object alertmanager_alert(const Alert& alert, Wall starts, Wall ends) {
  json::object out{{"labels", json_of(alert.labels)},
                   {"annotations", json_of(alert.annotations)},
                   {"startsAt", iso_time(starts)},
                   {"endsAt", iso_time(ends)}};
  if (!alert.url.empty()) out["generatorURL"] = alert.url;
  return out;
}

}  // namespace

json::object json_of(const std::map<std::string, std::string>& texts) {
  json::object out;
  for (const auto& [key, text] : texts) out[key] = text;
  return out;
}

std::string alertmanager_body(std::span<const Alert* const> firing, std::span<const Notice* const> over,
                              Wall now, Duration keep) {
  json::array body;
  for (const Alert* alert : firing) {
    const Wall ends = now + std::chrono::ceil<Wall::duration>(keep);
    body.push_back(alertmanager_alert(*alert, std::min(alert->starts_at, now), ends));
  }
  for (const Notice* notice : over) {
    const Wall ends = notice->ended.value_or(now);
    body.push_back(alertmanager_alert(notice->alert, std::min(notice->alert.starts_at, ends), ends));
  }
  return json::serialize(body);
}

std::string webhook_body(const Notice& notice, std::string_view receiver, std::string_view external_url) {
  const std::string_view status = notice.fires() ? "firing" : "resolved";
  const Alert& alert = notice.alert;
  const json::object labels = json_of(alert.labels), annotations = json_of(alert.annotations);
  json::object one{{"status", status},
                   {"labels", labels},
                   {"annotations", annotations},
                   {"startsAt", iso_time(alert.starts_at)},
                   {"endsAt", notice.ended ? iso_time(*notice.ended) : std::string(never)},
                   {"generatorURL", alert.url},
                   {"fingerprint", fingerprint(alert)}};
  return json::serialize(json::object{{"version", "4"},
                                      {"id", notice.id},
                                      {"groupKey", "{}:{probe=\"" + alert.probe + "\"}"},
                                      {"truncatedAlerts", 0},
                                      {"status", status},
                                      {"receiver", receiver},
                                      {"groupLabels", {{"probe", alert.probe}}},
                                      {"commonLabels", labels},
                                      {"commonAnnotations", annotations},
                                      {"externalURL", external_url},
                                      {"alerts", json::array{std::move(one)}}});
}

// FNV-1a over the sorted labels, each name and value followed by 0xff (prometheus/common,
// model/signature.go).
std::string fingerprint(const Alert& alert) {
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211U; };
  for (const auto& [label, value] : alert.labels) {
    for (const std::string* text : {&label, &value}) {
      std::ranges::for_each(*text, add);
      add(0xff);
    }
  }
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace answerback::notify
