#include "sinks/event_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/text.h"

namespace answerback::sinks {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 2048;

json::string text(std::string_view from) { return json::string(clip(from, text_cap)); }
json::string text_of(auto value) { return json::string(name(value)); }

json::object incident(const Incident& each) {
  return {{"id", each.id},
          {"probe", text(each.probe)},
          {"reason", text_of(each.reason)},
          {"since", iso_time(each.since)},
          {"ended", each.ended ? json::value(iso_time(*each.ended)) : json::value(nullptr)},
          {"cause", text(each.cause)},
          {"output", text(each.output)}};
}

struct Told {
  std::string_view event;
  json::object data;
};
using Telling = std::optional<Told>;

struct Teller {
  Telling operator()(const Transition& it) const {
    json::array causes;
    for (const std::string& each : it.causes) causes.emplace_back(text(each));
    json::object data{{"at", iso_time(it.at)},
                      {"probe", text(it.probe)},
                      {"from", text_of(it.change.from)},
                      {"to", text_of(it.change.to)},
                      {"causes", std::move(causes)}};
    if (it.run) {
      data["reason"] = text_of(it.run->result.reason);
      data["phase"] = text_of(it.run->phase);
      data["output"] = text(it.run->result.detail);
      data["run"] = trace_id(it.run->id);
    }
    return Told{"transition", std::move(data)};
  }
  Telling operator()(const IncidentOpened& it) const {
    return Told{"incident_opened", incident(it.incident)};
  }
  Telling operator()(const IncidentClosed& it) const {
    return Told{"incident_closed", incident(it.incident)};
  }
  Telling operator()(const OutputChanged& it) const {
    return Told{"output",
                {{"at", iso_time(it.at)},
                 {"from", text_of(it.from)},
                 {"to", text_of(it.to)},
                 {"output", text(it.output)}}};
  }
  Telling operator()(const LookingChanged& it) const {
    return Told{"looking", {{"at", iso_time(it.at)}, {"looking", it.looking}, {"why", text(it.why)}}};
  }
  Telling operator()(const Reloaded& it) const {
    return Told{"reload",
                {{"at", iso_time(it.reload.at)},
                 {"successful", it.reload.successful},
                 {"error", text(it.reload.error)},
                 {"probes", it.probes}}};
  }
  Telling operator()(const Lifecycle& it) const {
    return Told{"lifecycle", {{"at", iso_time(it.at)}, {"what", text(it.what)}}};
  }
  Telling operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

std::optional<EventText> event_json(const Event& event) {
  const Telling told = std::visit(Teller{}, event);
  if (!told) return std::nullopt;
  return EventText{told->event, json::serialize(told->data)};
}

}  // namespace answerback::sinks
