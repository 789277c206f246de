#include "http/report_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/json_text.h"
#include "model/text.h"

namespace answerback::http {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 4096;

json::string text(std::string_view from) { return json::string(clip(from, text_cap)); }
json::string text_of(auto value) { return json::string(name(value)); }
json::value time(const std::optional<Wall>& at) {
  return at ? json::value(iso_time(*at)) : json::value(nullptr);
}
json::value known(Wall at) { return at == Wall{} ? json::value(nullptr) : json::value(iso_time(at)); }

json::array texts(const std::vector<std::string>& from) {
  json::array out;
  for (const std::string& each : from) out.emplace_back(text(each));
  return out;
}

json::object moment(const Moment& each) { return {{"at", iso_time(each.at)}, {"what", text(each.what)}}; }

json::array moments(const std::vector<Moment>& from) {
  json::array out;
  for (const Moment& each : from) out.push_back(moment(each));
  return out;
}

json::array frames(const std::vector<Incident::KeptFrame>& from) {
  json::array out;
  for (const Incident::KeptFrame& each : from) {
    out.push_back(
        {{"offset_seconds", seconds(each.offset)}, {"label", text(each.label)}, {"text", text(each.text)}});
  }
  return out;
}

json::object finding(const ProbeFacts& facts) {
  return {{"health", text_of(facts.health)},
          {"reason", text_of(facts.reason)},
          {"phase", facts.reason == Reason::none ? json::value(nullptr) : json::value(text_of(facts.phase))},
          {"since", known(facts.since)},
          {"output", text(facts.detail)}};
}

json::array capabilities(const Report& report) {
  json::array out;
  for (const Report::Capability& each : report.capabilities) {
    out.push_back({{"name", text(each.name)},
                   {"percent", each.percent},
                   {"state", text_of(each.state)},
                   {"impact", text(each.impact)},
                   {"blocked_by", texts(each.blocked_by)}});
  }
  return out;
}

json::array causes(const Report& report) {
  json::array out;
  for (const Report::Cause& each : report.causes) {
    json::object cause{{"probe", text(each.probe)}};
    for (auto& [key, value] : finding(each.facts)) cause[key] = std::move(value);
    cause["last_pass"] = time(each.last_pass);
    cause["open_seconds"] = seconds(report.now - each.facts.since);
    cause["detected_within_seconds"] =
        each.detected ? json::value(seconds(*each.detected)) : json::value(nullptr);
    cause["last_change"] = each.last_change ? json::value(moment(*each.last_change)) : json::value(nullptr);
    cause["whys"] = texts(each.whys);
    cause["blocks"] = texts(each.blocks);
    cause["impacts"] = texts(each.impacts);
    cause["value_blocked"] = each.value_blocked;
    cause["silenced_by"] = text(each.silenced_by);
    cause["evidence"] = {{"run", text(each.trace)}, {"frames", frames(each.frames)}};
    cause["next"] = text(each.next);
    cause["runbook"] = text(each.runbook);
    out.push_back(std::move(cause));
  }
  return out;
}

json::array probes(const Report& report) {
  json::array out;
  for (const Report::Probe& each : report.probes) {
    json::object probe{{"name", text(each.name)}, {"type", text(each.type)}};
    for (auto& [key, value] : finding(each.facts)) probe[key] = std::move(value);
    probe["last_pass"] = time(each.last_pass);
    probe["causes"] = texts(each.causes);
    out.push_back(std::move(probe));
  }
  return out;
}

json::array incidents(const Report& report) {
  json::array out;
  for (const auto& story : report.incidents) {
    const Incident& each = story->incident;
    out.push_back({{"id", each.id},
                   {"probe", text(each.probe)},
                   {"reason", text_of(each.reason)},
                   {"phase", text_of(each.phase)},
                   {"since", iso_time(each.since)},
                   {"ended", time(each.ended)},
                   {"lasted_seconds", seconds(each.ended.value_or(report.now) - each.since)},
                   {"cause", text(each.cause)},
                   {"output", text(each.output)},
                   {"detail", text(each.detail)},
                   {"whys", texts(each.whys)},
                   {"blocks", texts(each.blocks)},
                   {"impacts", texts(each.impacts)},
                   {"value_blocked", each.value_blocked},
                   {"frames", frames(each.frames)},
                   {"timeline", moments(story->timeline)}});
  }
  return out;
}

}  // namespace

std::string report_json(const Report& report, std::string_view version) {
  const json::object value{{"working", report.value.working},
                           {"blocked", report.value.blocked},
                           {"unknown", report.value.unknown}};
  return print(json::object{{"service", text(report.service)},
                            {"version", version},
                            {"since", iso_time(report.since)},
                            {"at", iso_time(report.now)},
                            {"status", text_of(report.status)},
                            {"output", text(report.output)},
                            {"not_trusted", text(report.not_trusted)},
                            {"value", value},
                            {"capabilities", capabilities(report)},
                            {"causes", causes(report)},
                            {"probes", probes(report)},
                            {"incidents", incidents(report)},
                            {"timeline", moments(report.timeline)},
                            {"changes", moments(report.changes)},
                            {"unknown", texts(report.unknown)}});
}

}  // namespace answerback::http
