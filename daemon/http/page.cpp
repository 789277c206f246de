#include "http/page.h"

#include <algorithm>
#include <array>

#include "http/page_assets.h"
#include "http/page_text.h"
#include "model/sentence.h"
#include "model/text.h"

namespace answerback::http {
namespace {

// Nothing is loaded but from us, nothing can be sent elsewhere, nobody puts us into a frame, and no text ever
// becomes markup or code: the one Trusted Types policy makes the address of the page's own worker.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types answerback";

const Asset* page_file(std::string_view name) {
  const auto all = page_assets();
  const auto found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? nullptr : &*found;
}

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  return "image/svg+xml";
}

// What the whole is, as the page says it: a state of its own for "we cannot tell", which the status calls
// fail.
struct Look {
  Health state;
  std::string_view word, mark;
};

Look look_at(const Snapshot& snapshot) {
  const auto down = [&](ProbeId id) {
    return snapshot.plan->probes[id].critical && snapshot.probes[id]->facts.health == Health::down;
  };
  switch (snapshot.assessment->status) {
    case Status::pass: return {Health::up, "Pass", "●"};
    case Status::warn: return {Health::degraded, "Warn", "▲"};
    case Status::fail: break;
  }
  for (ProbeId id = 0; id < snapshot.probes.size(); ++id) {
    if (down(id)) return {Health::down, "Fail", "✕"};
  }
  return {Health::unknown, "Unknown", "?"};
}

std::string state_cell(std::string_view word) {
  return R"(<td><span class="shape" aria-hidden="true"></span><b class="state">)" + std::string(word) +
         "</b></td>";
}

std::string row(std::string_view state, std::initializer_list<std::string> cells) {
  std::string out = R"(<tr data-state=")" + std::string(state) + R"(">)";
  for (const std::string& cell : cells) out += cell.starts_with("<td>") ? cell : "<td>" + cell + "</td>";
  return out += "</tr>\n";
}

std::string table_of(std::initializer_list<std::string_view> heads, const std::string& rows) {
  std::string out = "<table><thead><tr>";
  for (const std::string_view head : heads) out += "<th scope=\"col\">" + std::string(head) + "</th>";
  return out += "</tr></thead><tbody>\n" + rows + "</tbody></table>";
}

std::string probe_table(const Snapshot& snapshot) {
  if (snapshot.probes.empty()) return {};
  std::string rows;
  for (const Health health : {Health::down, Health::degraded, Health::unknown, Health::up}) {
    for (ProbeId id = 0; id < snapshot.probes.size(); ++id) {
      const ProbeFacts& facts = snapshot.probes[id]->facts;
      if (facts.health != health) continue;
      const std::string probe = html(snapshot.plan->probes[id].name);
      const bool told = facts.reason != Reason::none;
      const auto& passed = snapshot.probes[id]->last_pass;
      rows += row(name(health),
                  {R"(<a href="health/)" + probe + "\">" + probe + "</a>", state_cell(name(health)),
                   facts.since == Wall{} ? "" : iso_time(facts.since), passed ? iso_time(*passed) : "never",
                   told ? std::string(name(facts.reason)) + " at " + std::string(name(facts.phase)) + ": " +
                              html(facts.detail)
                        : ""});
    }
  }
  return table_of({"probe", "health", "since", "last pass", "why"}, rows);
}

std::string capability_table(const Snapshot& snapshot) {
  constexpr std::array states{Health::up, Health::down, Health::unknown};
  std::string rows;
  for (std::size_t i = 0; i < snapshot.plan->capabilities.size(); ++i) {
    const CapabilityInfo& each = snapshot.plan->capabilities[i];
    const CapabilityState state = snapshot.assessment->capabilities[i];
    rows += row(name(states[static_cast<std::size_t>(state)]),
                {html(each.name), state_cell(name(state)),
                 state == CapabilityState::blocked ? html(each.impact) : ""});
  }
  return rows.empty() ? rows : table_of({"capability", "state", "impact"}, rows);
}

std::string value_line(const Snapshot& snapshot) {
  if (snapshot.plan->capabilities.empty()) return {};
  const Value& value = snapshot.assessment->value;
  std::string out = "<p>";
  for (const auto& [share, word] :
       {std::pair(value.working, "working"), {value.blocked, "blocked"}, {value.unknown, "unknown"}}) {
    out += "<span><b>" + rounded(share) + "</b> " + word + "</span> ";
  }
  return out += "</p>";
}

std::string all_up(std::size_t probes) {
  return std::to_string(probes) + (probes == 1 ? " probe: all up" : " probes: all up");
}

}  // namespace

Response page(const Context& context) {
  const Snapshot* const seen = context.snapshot.get();
  const bool known = seen && seen->plan && seen->assessment;
  const std::string distrust = not_trusted(context);
  const Look look = known && distrust.empty() ? look_at(*seen) : Look{Health::unknown, "Unknown", "?"};
  const auto value = [&](std::string_view name_of) -> std::string {
    if (name_of == "state") return std::string(name(look.state));
    if (name_of == "word") return std::string(look.word);
    if (name_of == "mark") return std::string(look.mark);
    if (name_of == "now") return iso_time(context.now);
    if (name_of == "version") return html(context.version);
    if (name_of == "service")
      return known && !seen->plan->service.empty() ? html(seen->plan->service) : "answerback";
    if (name_of == "sentence") {
      if (!distrust.empty() && (!known || seen->ourselves.looking)) return html(distrust);
      return look.state == Health::up ? all_up(seen->probes.size()) : html(seen->assessment->output);
    }
    if (!known) return name_of == "capabilities_hidden" ? " hidden" : "";
    if (name_of == "value") return value_line(*seen);
    if (name_of == "capabilities") return capability_table(*seen);
    if (name_of == "capabilities_hidden") return seen->plan->capabilities.empty() ? " hidden" : "";
    return probe_table(*seen);
  };
  return {.content_type = "text/html; charset=utf-8",
          .body = filled(page_file("page.html")->text, value),
          .headers = {{"Content-Security-Policy", std::string(policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}}};
}

std::optional<Response> page_asset(std::string_view name, std::string_view known) {
  const Asset* const file = page_file(name);
  if (!file || name.ends_with(".html")) return std::nullopt;
  const bool has_it = known.find(file->etag) != std::string_view::npos;
  return Response{.status = has_it ? 304 : 200,
                  .content_type = std::string(content_type_of(name)),
                  .body = std::string(has_it ? std::string_view() : file->text),
                  .headers = {{"ETag", std::string(file->etag)},
                              {"Cache-Control", "no-cache"},
                              {"Content-Security-Policy", "default-src 'none'"},
                              {"Cross-Origin-Resource-Policy", "same-origin"}}};
}

}  // namespace answerback::http
