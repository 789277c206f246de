#include "cli/bundle.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::cli {

namespace {

struct Part {
  std::string_view title, path;
};

constexpr Part parts[] = {
    {"alive", "/livez"},
    {"ready", "/readyz?verbose"},
    {"health", "/health"},
    {"configuration, secrets masked", "/config"},
    {"probes", "/api/v1/probes"},
    {"incidents", "/api/v1/incidents"},
    {"what happened in the last day", "/api/v1/report?format=markdown&since=24h"},
    {"metrics", "/metrics"},
};

std::string headline(std::string_view title) { return "\n===== " + std::string(title) + " =====\n"; }

}  // namespace

std::string bundle(const Ask& ask, const std::string& about, Wall now) {
  std::string out = "answerback debug, " + iso_time(now) +
                    "\nRead it before you send it: names of hosts and probes are in it.\n";
  out += headline("build") + about;
  for (const Part& part : parts) {
    const Answer answer = ask(std::string(part.path));
    out += headline(std::string(part.title) + ": GET " + std::string(part.path));
    if (!answer.error.empty()) {
      out += "not to be had: " + answer.error + '\n';
      continue;
    }
    out += "HTTP " + std::to_string(answer.status) + "\n" + answer.body;
    if (!out.ends_with('\n')) out += '\n';
  }
  return out;
}

std::string bundle_file(Wall now) {
  std::string time = iso_time(now);
  if (const auto fraction = time.find('.'); fraction != std::string::npos)
    time = time.substr(0, fraction) + "Z";
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return "answerback-debug-" + time + ".txt";
}

}  // namespace answerback::cli
