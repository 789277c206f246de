#include "http/context.h"

namespace answerback::http {

bool has_plan(const Context& context) { return context.snapshot && context.snapshot->plan; }

std::string not_trusted(const Context& context) {
  if (context.stopping) return "stopping";
  if (!context.snapshot) return "starting: no results yet";
  if (context.beat_age > stall_limit) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(context.beat_age).count();
    return "not looking: the daemon's own loop has stood still for " + std::to_string(age) + " s";
  }
  const Ourselves& us = context.snapshot->ourselves;
  if (!us.looking) return "not looking: " + us.not_looking_why;
  return {};
}

}  // namespace answerback::http
