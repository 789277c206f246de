#include "probes/exec/exec.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "model/text.h"
#include "net/workers.h"
#include "probes/exec/verdict.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::size_t output_cap = 64 * 1024;  // bytes kept of each of its two outputs

struct ExecSettings {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, Secret>> environment;
  std::string input;
  ExecFormat format = ExecFormat::nagios;
};

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

// A worker has run a stranger's program, so its words are checked.
std::optional<ExecEnd> read_end(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (!object || !object->contains("done")) return std::nullopt;
  ExecEnd end{.failure = text_in(*object, "failure"),
              .status = 0,
              .signal = text_in(*object, "signal"),
              .out = text_in(*object, "out"),
              .err = text_in(*object, "err")};
  if (const json::value* status = object->if_contains("status")) end.status = status->to_number<int>(error);
  if (const json::value* cut = object->if_contains("cut")) end.cut = cut->is_bool() && cut->get_bool();
  return end;
}

class ExecProbe final : public Probe {
 public:
  ExecProbe(ExecSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    std::optional<ExecEnd> end;
    std::size_t received = 0;
    auto called = co_await services_.workers.call(
        run, {.request = request(run), .phase = Phase::execute, .once = true}, [&](std::string_view line) {
          end = read_end(line);
          received = line.size();
          return false;
        });
    if (!called) co_return ProbeResult::unknown(called.error().reason, std::move(called.error().detail));
    if (!end) co_return ProbeResult::unknown(Reason::internal, "the worker's answer makes no sense");
    mask(*end);
    run.evidence.received(received);
    if (!end->out.empty()) run.frame(end->cut ? "output (cut)" : "output", end->out);
    if (!end->err.empty()) run.frame("errors", end->err);
    for (const PerfDatum& datum : read_perfdata(settings_.format == ExecFormat::nagios ? end->out : ""))
      run.evidence.measure(Measure::perfdata, datum.value,
                           datum.unit.empty() ? datum.label : datum.label + " (" + datum.unit + ")");
    co_return judge_exec(settings_.format, *end);
  }

 private:
  std::string request(const Run& run) const {
    json::object environment{{"TRACEPARENT", traceparent(run.id)}};
    for (const auto& [name, value] : settings_.environment) environment[name] = value.reveal();
    return json::serialize(json::object{{"type", "exec"},
                                        {"command", json::value_from(settings_.command)},
                                        {"environment", std::move(environment)},
                                        {"input", settings_.input},
                                        {"output_cap", output_cap}});
  }

  // A program may print what it was given.
  void mask(ExecEnd& end) const {
    for (const auto& [name, value] : settings_.environment) {
      if (value.reveal().size() < 4) continue;  // would mask words that are none
      for (std::string* text : {&end.out, &end.err})
        for (std::size_t at = 0; (at = text->find(value.reveal(), at)) != std::string::npos;)
          text->replace(at, value.reveal().size(), "<secret>");
    }
  }

  ExecSettings settings_;
  Services& services_;
};

ExecSettings read_exec(config::Fields& fields) {
  ExecSettings settings;
  settings.command = fields.texts("command", "the program and its arguments; no shell reads them. Required");
  if (settings.command.empty() || settings.command.front().empty())
    fields.error("command", "required: [program, arguments…]");
  settings.environment = fields.secret_map(
      "environment", "its environment, beside PATH, LANG and TRACEPARENT: nothing of ours is handed on");
  for (const auto& [name, value] : settings.environment) {
    if (name.empty() || name.contains('='))
      fields.error("environment", "no name of a variable: " + one_line(name, 40));
    if (value.reveal().contains('\0'))
      fields.error("environment", "the value of " + one_line(name, 40) + " holds a NUL");
  }
  settings.input = fields.text("input", "", "written to its standard input");
  const std::string format = fields.one_of(
      "format", "nagios", {"nagios", "json", "status"},
      "how it speaks: a Nagios plugin's exit code and performance data; lines of JSON, the last "
      "{\"verdict\": pass|warn|fail|unknown, \"reason\": …, \"detail\": …} counts; or by exit status alone");
  settings.format = format == "json"     ? ExecFormat::json
                    : format == "status" ? ExecFormat::status
                                         : ExecFormat::nagios;
  return settings;
}

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<ExecProbe>(read_exec(fields), services);
}

constexpr Reason own_reasons[] = {Reason::assertion, Reason::no_evidence, Reason::worker_died};

}  // namespace

constinit const ProbeType exec{
    .name = "exec",
    .summary = "a program of yours runs in a worker process and says how it is: Nagios plugins run unchanged",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
