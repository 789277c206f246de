#include "cli/wait.h"

#include <algorithm>
#include <fstream>

#include "cli/look.h"
#include "cli/xml.h"
#include "model/duration.h"

namespace answerback::cli {
namespace {

constexpr Duration rhythm = std::chrono::milliseconds(500);
constexpr Duration least_reported = std::chrono::hours(1);  // what led to it may be older than the wait
constexpr int not_asked_well = 2;

struct Waited {
  std::string name;
  Look look;
};

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& each : names) out += (out.empty() ? "" : ", ") + each;
  return out;
}

// Why, each with the name it is about where there are several.
std::string why(const std::vector<Waited>& all) {
  std::string out;
  for (const Waited& each : all) {
    if (each.look.ready) continue;
    const bool says_which = all.size() == 1 || each.look.why.starts_with(each.name);
    out += (out.empty() ? "" : " | ") + (says_which ? "" : each.name + ": ") + each.look.why;
  }
  return out;
}

std::vector<Waited> look_at_all(const std::vector<std::string>& names, const Ask& ask) {
  std::vector<Waited> all;
  for (const std::string& name : names) all.push_back({name, look_at(name, ask)});
  return all;
}

std::string junit(const std::vector<Waited>& all, const Gate& gate, std::string_view report) {
  const std::string time = std::to_string(seconds(gate.elapsed()));
  const bool open = gate.state() == GateState::open;
  std::string cases;
  std::size_t failures = 0;
  for (const Waited& each : all) {
    // One that was ready but not for long enough has failed, too: the gate did not open for it.
    const bool failed =
        !open && (!each.look.ready || std::ranges::all_of(all, [](const Waited& w) { return w.look.ready; }));
    failures += failed ? 1 : 0;
    cases +=
        "  <testcase classname=\"answerback.wait\" name=\"" + xml(each.name) + "\" time=\"" + time + "\"";
    const std::string message = each.look.ready ? "ready, but not for long enough" : each.look.why;
    cases += failed ? ">\n    <failure type=\"timed_out\" message=\"" + xml(message) + "\">" + xml(report) +
                          "</failure>\n  </testcase>\n"
                    : "/>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"answerback wait\" tests=\"" +
         std::to_string(all.size()) + "\" failures=\"" + std::to_string(failures) +
         "\" errors=\"0\" time=\"" + time + "\">\n" + cases + "</testsuite>\n";
}

bool write_file(const std::string& path, const std::string& text, std::ostream& err) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) err << "answerback: cannot write " << path << '\n';
  return static_cast<bool>(file);
}

std::string report(const Ask& ask, Duration waited) {
  const auto since = std::chrono::ceil<std::chrono::seconds>(std::max(waited, least_reported));
  const Answer answer = ask("/api/v1/report?format=markdown&since=" + print_duration(since));
  return answer.status == 200 ? answer.body : std::string();
}

}  // namespace

int wait_command(const WaitOptions& options, const Ask& ask, const Pace& pace, std::ostream& out,
                 std::ostream& err) {
  const std::vector<std::string> names =
      options.names.empty() ? std::vector{std::string(readiness)} : options.names;
  const std::string what = joined(names);
  Progress progress(err, options.style, options.terms);
  Gate gate(options.terms, pace.now());
  std::vector<Waited> all;
  while (!gate.over()) {
    all = look_at_all(names, ask);
    const auto unknown = std::ranges::find_if(all, [](const Waited& each) { return each.look.no_such_name; });
    if (unknown != all.end()) {
      progress.finish();
      err << "answerback: " << unknown->look.why << '\n';
      return not_asked_well;
    }
    gate.look(std::ranges::all_of(all, [](const Waited& each) { return each.look.ready; }), pace.now());
    progress.show(gate, what, why(all));
    if (!gate.over()) pace.sleep_until(gate.next(rhythm));
  }
  progress.finish();

  const bool open = gate.state() == GateState::open;
  // Whom nobody reached has no report, and asking for it would take as long once more.
  const bool reached = std::ranges::all_of(all, [](const Waited& each) { return each.look.reached; });
  const std::string text = open || !reached ? std::string() : report(ask, gate.elapsed());
  out << text << std::flush;
  if (!options.junit.empty() && !write_file(options.junit, junit(all, gate, text), err))
    return not_asked_well;
  return open ? 0 : 1;
}

}  // namespace answerback::cli
