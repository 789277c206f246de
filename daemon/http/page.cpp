#include "http/page.h"

#include "model/text.h"

namespace answerback::http {
namespace {

constexpr std::size_t text_cap = 1024;

// Nothing may be loaded but our own stylesheet, nothing may be sent, nobody may put us into a frame.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view style = R"(
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d8dee4; vertical-align: top; }
.pass, .up, .working { color: #116329; } .warn, .degraded { color: #7d4e00; }
.fail, .down, .blocked { color: #a40e26; } .unknown { color: #57606a; }
@media (prefers-color-scheme: dark) {
  body { background: #0d1117; color: #e6edf3; } th, td { border-color: #30363d; } a { color: #58a6ff; }
  .pass, .up, .working { color: #3fb950; } .warn, .degraded { color: #d29922; }
  .fail, .down, .blocked { color: #f85149; } .unknown { color: #8b949e; }
}
)";

std::string coloured(std::string_view word) {
  return "<strong class=\"" + std::string(word) + "\">" + std::string(word) + "</strong>";
}

std::string row(std::initializer_list<std::string> cells) {
  std::string out = "<tr>";
  for (const std::string& cell : cells) out += "<td>" + cell + "</td>";
  return out += "</tr>\n";
}

std::string probes(const Snapshot& snapshot) {
  std::string out = "<h2>Probes</h2>\n<table>\n<tr><th>probe<th>health<th>since<th>why</tr>\n";
  for (std::size_t i = 0; i < snapshot.probes.size(); ++i) {
    const ProbeInfo& info = snapshot.plan->probes[i];
    const ProbeFacts& facts = snapshot.probes[i]->facts;
    std::string why;
    if (facts.reason != Reason::none) {
      why = std::string(name(facts.reason)) + " at " + std::string(name(facts.phase)) + ": " +
            html(facts.detail);
    }
    const std::string since = facts.since == Wall{} ? "" : iso_time(facts.since);
    out += row({"<a href=\"health/" + html(info.name) + "\">" + html(info.name) + "</a>",
                coloured(name(facts.health)), since, why});
  }
  return out += "</table>\n";
}

std::string capabilities(const Plan& plan, const Assessment& whole) {
  if (plan.capabilities.empty()) return {};
  std::string out = "<h2>What users get</h2>\n<table>\n<tr><th>capability<th>state<th>impact</tr>\n";
  for (std::size_t i = 0; i < plan.capabilities.size(); ++i) {
    const bool lost = whole.capabilities[i] == CapabilityState::blocked;
    out += row({html(plan.capabilities[i].name), coloured(name(whole.capabilities[i])),
                lost ? html(plan.capabilities[i].impact) : ""});
  }
  return out += "</table>\n";
}

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  for (const char c : one_line(text, text_cap)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

Response page(const Context& context) {
  const std::string distrust = not_trusted(context);
  const Snapshot* const snapshot = context.snapshot.get();
  const bool known = snapshot && snapshot->plan && snapshot->assessment;
  const Status status = known && distrust.empty() ? snapshot->assessment->status : Status::fail;
  const std::string service =
      known && !snapshot->plan->service.empty() ? html(snapshot->plan->service) : "answerback";

  std::string body =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"refresh\" content=\"5\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"stylesheet\" href=\"style.css\">\n<title>";
  body += service + ": " + std::string(name(status)) + "</title>\n</head>\n<body>\n";
  body += "<h1>" + service + " " + coloured(name(status)) + "</h1>\n";
  if (!distrust.empty()) body += "<p>" + html(distrust) + "</p>\n";
  if (known && !snapshot->assessment->output.empty())
    body += "<p>" + html(snapshot->assessment->output) + "</p>\n";
  if (known) body += capabilities(*snapshot->plan, *snapshot->assessment) + probes(*snapshot);
  body +=
      "<p><a href=\"health\">health</a> <a href=\"metrics\">metrics</a> <a "
      "href=\"api/v1/incidents\">incidents</a> "
      "<a href=\"config\">configuration</a> &middot; answerback " +
      html(context.version) + "</p>\n</body>\n</html>\n";
  return {.content_type = "text/html; charset=utf-8",
          .body = std::move(body),
          .headers = {{"Content-Security-Policy", std::string(policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"}}};
}

Response stylesheet() {
  return {.content_type = "text/css; charset=utf-8",
          .body = std::string(style),
          .headers = {{"Cache-Control", "max-age=3600"}}};
}

}  // namespace answerback::http
