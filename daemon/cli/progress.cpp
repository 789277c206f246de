#include "cli/progress.h"

#include <string_view>

#include "cli/columns.h"
#include "model/duration.h"

namespace answerback::cli {
namespace {

constexpr std::string_view start_of_line = "\r\x1b[2K";

std::string whole_seconds(Duration d) { return print_duration(std::chrono::floor<std::chrono::seconds>(d)); }

std::string_view colour_of(GateState state) {
  switch (state) {
    case GateState::waiting: return "\x1b[33m";
    case GateState::settling: return "\x1b[36m";
    case GateState::open: return "\x1b[32m";
    case GateState::timed_out: return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::string Progress::line(const Gate& gate, const std::string& what, const std::string& why) const {
  std::string out = padded(whole_seconds(gate.elapsed()), 6) + " ";
  switch (gate.state()) {
    case GateState::waiting: return out + "waiting for " + what + ": " + why;
    case GateState::settling:
      return out + what + " ready" +
             (style_.live
                  ? ", for " + whole_seconds(gate.ready_for()) + " of " + print_duration(terms_.stable)
                  : "; must stay so for " + print_duration(terms_.stable));
    case GateState::open: return out + what + " ready";
    case GateState::timed_out:
      return out + "gave up on " + what + ": " +
             (why.empty() ? "ready, but not for " + print_duration(terms_.stable) + " yet" : why);
  }
  return out;
}

void Progress::show(const Gate& gate, const std::string& what, const std::string& why) {
  const std::string now = std::to_string(static_cast<int>(gate.state())) + why;
  const bool last = gate.over();
  if (!style_.live) {
    if (now != told_) out_ << line(gate, what, why) << std::endl;
    told_ = now;
    return;
  }
  // The last line stays: it may be as long as it needs to be.
  std::string text = line(gate, what, why);
  if (!last && style_.width > 0) text = cut(text, style_.width - 1);
  out_ << start_of_line << (style_.colour ? colour_of(gate.state()) : "") << text
       << (style_.colour ? "\x1b[0m" : "") << std::flush;
  pending_ = true;
}

void Progress::finish() {
  if (pending_) out_ << std::endl;
  pending_ = false;
}

}  // namespace answerback::cli
