// The switchboard: seen and thrown over HTTP.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "platform/routes.h"

namespace demo {
namespace {

namespace json = boost::json;

json::object switch_object(const Faults& faults, const FaultInfo& info) {
  json::object one = {{"name", info.name}, {"line", info.line}, {"on", faults.on(info.fault)}};
  if (!info.parameter.empty())
    one[info.parameter] = faults.on(info.fault) ? faults.value(info.fault) : info.value;
  return one;
}

json::object counters_object(const Counters& counters) {
  json::object requests;
  for (const auto& [route, count] : counters.requests) requests[route] = count;
  return {{"connections", counters.connections},
          {"sockets", counters.sockets},
          {"open_sockets", counters.open_sockets},
          {"refused", counters.refused},
          {"pongs", counters.pongs},
          {"runs", counters.runs},
          {"completed", counters.completed},
          {"dropped", counters.dropped},
          {"tokens_in", counters.tokens_in},
          {"tokens_out", counters.tokens_out},
          {"requests", std::move(requests)}};
}

Reply refuse(const std::string& error) {
  json::array known;
  for (const FaultInfo& info : all_faults()) known.emplace_back(info.name);
  return {.status = 400,
          .body = json::serialize(json::object{{"error", error}, {"known", std::move(known)}})};
}

// The body's fields; an empty body has none.
std::expected<json::object, Reply> fields_of(const Request& request) {
  if (request.body.empty()) return json::object();
  boost::system::error_code error;
  json::value body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::unexpected(refuse("the body is not a JSON object"));
  return body.get_object();
}

std::expected<const FaultInfo*, Reply> switch_of(const json::object& fields) {
  const json::value* what = fields.if_contains("what");
  if (!what || !what->is_string()) return std::unexpected(refuse("\"what\" must name a switch"));
  const std::string name(what->get_string());
  if (const FaultInfo* found = find_fault(name)) return found;
  return std::unexpected(refuse("there is no switch \"" + name + "\""));
}

Reply done(const Core& core) {
  json::array on;
  for (const FaultInfo& info : all_faults())
    if (core.faults.on(info.fault)) on.emplace_back(info.name);
  return {.body = json::serialize(json::object{{"on", std::move(on)}})};
}

}  // namespace

Reply show_switches(const Core& core) {
  json::array switches, log;
  for (const FaultInfo& info : all_faults()) switches.push_back(switch_object(core.faults, info));
  for (const std::string& line : core.journal.lines()) log.emplace_back(line);
  const json::object body = {{"break", "POST /demo/break {\"what\": NAME}"},
                             {"heal", "POST /demo/heal {\"what\": NAME}, or without a body for all"},
                             {"switches", std::move(switches)},
                             {"counters", counters_object(core.counters)},
                             {"log", std::move(log)}};
  return {.body = json::serialize(body)};
}

Reply break_something(Core& core, const Request& request) {
  const auto fields = fields_of(request);
  if (!fields) return fields.error();
  const auto found = switch_of(*fields);
  if (!found) return found.error();
  const FaultInfo& info = **found;
  std::optional<std::int64_t> value;
  if (const json::value* given = info.parameter.empty() ? nullptr : fields->if_contains(info.parameter)) {
    if (!given->is_int64() || given->get_int64() < 0 || given->get_int64() > 100'000'000)
      return refuse("\"" + std::string(info.parameter) + "\" must be a whole number up to 100000000");
    value = given->get_int64();
  }
  core.faults.cause(info.fault, value);
  core.journal.note("broken: " + std::string(info.name));
  return done(core);
}

Reply heal_something(Core& core, const Request& request) {
  const auto fields = fields_of(request);
  if (!fields) return fields.error();
  if (fields->contains("what")) {
    const auto found = switch_of(*fields);
    if (!found) return found.error();
    core.faults.heal((*found)->fault);
    core.journal.note("healed: " + std::string((*found)->name));
  } else {
    core.faults.heal();
    core.journal.note("healed: everything");
  }
  return done(core);
}

}  // namespace demo
