#include "http/routes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "http/accept.h"
#include "http/asked.h"
#include "http/event_stream.h"
#include "http/health_json.h"
#include "http/kept.h"
#include "http/page.h"
#include "http/probe_json.h"
#include "http/readiness.h"
#include "http/report.h"
#include "http/silences_json.h"
#include "model/text.h"
#include "sinks/metrics.h"

namespace answerback::http {
namespace {

constexpr std::size_t echo_cap = 200;  // bytes of a client's own words in our answer

using Rest = std::string_view;

Response plain(int status, std::string body) {
  return {.status = status, .body = std::move(body) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}

Response no_snapshot() { return plain(503, "starting: no results yet"); }

Response livez(const Request& request, const Context& context, Rest) {
  return kube_answer("livez", {{"ping", true}, {"engine", context.beat_age < beat_limit}}, request);
}

Response readyz(const Request& request, const Context& context, Rest) {
  return kube_answer("readyz", readiness_checks(context, "readiness"), request);
}

Response startupz(const Request& request, const Context& context, Rest) {
  const bool own = has_plan(context) && context.snapshot->plan->group("startup");
  return kube_answer("startupz", readiness_checks(context, own ? "startup" : "readiness"), request);
}

Response whole(const Request& request, const Context& context, Rest) {
  const bool checks = !left_out(request, "checks");
  return context.kept != nullptr ? context.kept->health(context, checks) : health(context, checks);
}

std::optional<ProbeId> probe_named(const Plan& plan, std::string_view name) {
  const auto probe = std::ranges::find(plan.probes, name, &ProbeInfo::name);
  if (probe == plan.probes.end()) return std::nullopt;
  return static_cast<ProbeId>(probe - plan.probes.begin());
}

Response no_such(const Context& context, std::string_view kind, std::string_view name,
                 const std::string& known) {
  const std::string others = "; there are:" + (known.empty() ? " none" : known);
  return plain(404, "no " + std::string(kind) + " \"" + one_line(name, echo_cap) + "\"" +
                        (context.details ? others : ""));
}

std::string names_of(const auto& all) {
  std::string out;
  for (const auto& each : all) out += " " + each.name;
  return out;
}

Response one_health(const Request&, const Context& context, Rest name) {
  if (!has_plan(context)) return health(context);
  const Plan& plan = *context.snapshot->plan;
  if (const GroupInfo* const group = plan.group(name)) return health(context, *group);
  if (const auto probe = probe_named(plan, name)) return health(context, *probe);
  return no_such(context, "group or probe", name, names_of(plan.groups) + names_of(plan.probes));
}

Response metrics(const Request& request, const Context& context, Rest) {
  const auto format = prefers_openmetrics(request.header("Accept")) ? sinks::Exposition::openmetrics
                                                                    : sinks::Exposition::text;
  return {.content_type = std::string(content_type(format)),
          .body = sinks::render(context.snapshot ? *context.snapshot : Snapshot{}, context.version,
                                {context.chronicle.get(), context.notifications.get(), context.port}, format),
          .headers = {{"Cache-Control", "no-store"}}};
}

Response json(std::string body) {
  return {.content_type = "application/json",
          .body = std::move(body),
          .headers = {{"Cache-Control", "no-store"}}};
}

bool is_json(const Request& request) {
  const std::string_view type = request.header("Content-Type");
  return type.substr(0, type.find_first_of("; ")) == "application/json";
}

Response probes(const Request& request, const Context& context, Rest) {
  if (!has_plan(context) || !context.snapshot->assessment) return no_snapshot();
  return json(probes_json(
      context, {.evidence = !left_out(request, "evidence"), .strip = !left_out(request, "strip")}));
}

Response one_probe(const Request&, const Context& context, Rest name) {
  if (!has_plan(context) || !context.snapshot->assessment) return no_snapshot();
  const Plan& plan = *context.snapshot->plan;
  const auto probe = probe_named(plan, name);
  return probe ? json(probe_json(context, *probe)) : no_such(context, "probe", name, names_of(plan.probes));
}

Response incidents(const Request& request, const Context& context, Rest) {
  if (!context.chronicle) return no_snapshot();
  return json(incidents_json(*context.chronicle, {.timeline = !left_out(request, "timeline"),
                                                  .story = !left_out(request, "story"),
                                                  .ended = at_most(request, "ended")}));
}

Response events(const Request& request, const Context& context, Rest) {
  if (context.events == nullptr) return plain(501, "events are not available");
  auto reader = context.events->join(request.header("Last-Event-ID"));
  if (!reader) {
    Response full = plain(503, "as many clients as may be are reading along: try again later");
    full.headers.emplace_back("Retry-After", "5");
    return full;
  }
  return {.content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
          .stream = std::make_shared<EventStream>(std::move(reader), !left_out(request, "data"))};
}

Response incident_report(const Request& request, const Context& context, Rest) {
  return has_plan(context) && context.snapshot->assessment ? report(request, context) : no_snapshot();
}

Response silences(const Request&, const Context& context, Rest) {
  if (!context.snapshot) return no_snapshot();
  const auto& all = context.snapshot->silences;
  return json(silences_json(all ? *all : std::vector<Silence>(), context.now));
}

Response silence(const Request& request, const Context& context, Rest) {
  if (!context.actions.silence) return plain(501, "silences are not available");
  if (!has_plan(context)) return no_snapshot();
  if (!is_json(request)) return plain(415, "wants Content-Type: application/json");
  auto wanted = parse_silence(request.body, *context.snapshot->plan);
  if (!wanted) return plain(400, wanted.error());
  const auto taken = context.actions.silence(*std::move(wanted));
  if (!taken) return plain(400, taken.error());
  Response created = json(silence_json(*taken, context.now));
  created.status = 201;
  created.headers.emplace_back("Location", std::string(context.prefix) + "/api/v1/silences/" + taken->name);
  return created;
}

Response unsilence(const Request&, const Context& context, Rest id) {
  if (!context.actions.unsilence) return plain(501, "silences are not available");
  const auto done = context.actions.unsilence(std::string(id));
  return done ? plain(200, "deleted") : plain(404, one_line(id, echo_cap) + ": " + done.error());
}

// A browser says so when a page of another site makes it ask; tools that are no browser send neither header.
bool from_another_site(const Request& request) {
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return false;
  const std::size_t host = origin.find("://");
  return host == std::string_view::npos || origin.substr(host + 3) != request.header("Host");
}

// Of a configured probe what its own schedule has found last: it is never run for a scrape, which would cost
// an agent's tokens as often as somebody asks. A module is run.
Response probe(const Request& request, const Context& context, Rest) {
  const auto named = std::ranges::find(request.query, "probe", &Pairs::value_type::first);
  if (named == request.query.end() && from_another_site(request))
    return plain(403, "refused: the request comes from a page of another site");
  if (named == request.query.end())
    return context.actions.look ? context.actions.look(request) : plain(501, "probing is not available");
  if (const std::string why = not_trusted(context); !why.empty()) return plain(503, why);
  if (!has_plan(context)) return no_snapshot();
  const Plan& plan = *context.snapshot->plan;
  const auto found = probe_named(plan, named->second);
  if (!found) return no_such(context, "probe", named->second, names_of(plan.probes));
  auto page = sinks::render_probe(*context.snapshot, *found);
  if (!page) return plain(503, named->second + ": no result yet, or none that is fresh");
  return {.content_type = std::string(content_type(sinks::Exposition::text)),
          .body = *std::move(page),
          .headers = {{"Cache-Control", "no-store"}}};
}

Response healthy(const Request&, const Context& context, Rest) {
  return context.beat_age < beat_limit ? plain(200, "answerback is healthy")
                                       : plain(503, "answerback's own loop stands still");
}

// Ready to be asked, as Prometheus means it: /readyz speaks of the platform.
Response ready(const Request&, const Context& context, Rest) {
  if (context.stopping) return plain(503, "stopping");
  return context.snapshot ? plain(200, "answerback is ready") : no_snapshot();
}

Response reload(const Request&, const Context& context, Rest) {
  if (!context.actions.reload) return plain(501, "reloading is not available");
  const auto done = context.actions.reload();
  return done ? plain(200, "configuration reloaded")
              : plain(500, "configuration refused, the old one stays:\n" + done.error());
}

Response config(const Request&, const Context& context, Rest) {
  if (!context.actions.effective_config) return plain(501, "the configuration is not available");
  return plain(200, context.actions.effective_config());
}

Response front(const Request&, const Context& context, Rest) { return page(context); }

Response asset(const Request& request, const Context&, Rest name) {
  auto found = page_asset(name, request.header("If-None-Match"));
  return found ? *std::move(found) : plain(404, "nothing at " + one_line(request.path, echo_cap));
}

constexpr std::array table{
    Route{"GET", "/", Policy::details, front},
    Route{"GET", "/page/*", Policy::open, asset},
    Route{"GET", "/health", Policy::status, whole},
    Route{"GET", "/health/*", Policy::status, one_health},
    Route{"GET", "/livez", Policy::open, livez},
    Route{"GET", "/readyz", Policy::open, readyz},
    Route{"GET", "/startupz", Policy::open, startupz},
    Route{"GET", "/metrics", Policy::details, metrics},
    Route{"GET", "/probe", Policy::details, probe},
    Route{"GET", "/-/healthy", Policy::open, healthy},
    Route{"GET", "/-/ready", Policy::open, ready},
    Route{"POST", "/-/reload", Policy::changing, reload},
    Route{"GET", "/config", Policy::details, config},
    Route{"GET", "/api/v1/probes", Policy::details, probes},
    Route{"GET", "/api/v1/probes/*", Policy::details, one_probe},
    Route{"GET", "/api/v1/incidents", Policy::details, incidents},
    Route{"GET", "/api/v1/events", Policy::details, events},
    Route{"GET", "/api/v1/report", Policy::details, incident_report},
    Route{"GET", "/api/v1/silences", Policy::details, silences},
    Route{"POST", "/api/v1/silences", Policy::changing, silence},
    Route{"DELETE", "/api/v1/silences/*", Policy::changing, unsilence},
};

// Whether the path is the route's, and what stands for the star.
std::optional<Rest> matched(const Route& route, std::string_view path) {
  if (!route.path.ends_with("/*")) return path == route.path ? std::optional<Rest>("") : std::nullopt;
  const std::string_view stem = route.path.substr(0, route.path.size() - 1);
  if (!path.starts_with(stem) || path.size() == stem.size()) return std::nullopt;
  return path.substr(stem.size());
}

bool takes(const Route& route, std::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == "GET");
}

Response forbidden(const Request& request) {
  Response response = plain(401, "this needs a user and a password");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"answerback\", charset=\"UTF-8\"");
  switch (request.standing) {
    case access::Standing::stranger: return response;
    case access::Standing::refused: response.body = "the user or the password is wrong\n"; return response;
    case access::Standing::busy: response = plain(429, "too many passwords to check: try again later"); break;
    default: response = plain(429, "too many requests: try again later");
  }
  response.headers.emplace_back("Retry-After", "2");
  return response;
}

bool may(const Request& request, Policy policy) {
  if (policy == Policy::open || access::is_trusted(request.standing)) return true;
  return policy == Policy::status && request.standing == access::Standing::stranger;
}

Response answered(const Request& request, const Context& context) {
  std::string allowed;
  for (const Route& route : table) {
    const std::optional<Rest> rest = matched(route, request.path);
    if (!rest) continue;
    if (takes(route, request.method)) {
      if (route.policy == Policy::changing && from_another_site(request)) {
        return plain(403, "refused: the request comes from a page of another site");
      }
      return may(request, route.policy) ? route.answer(request, context, *rest) : forbidden(request);
    }
    allowed.append(route.method == "GET" ? "GET, HEAD" : route.method).append(", ");
  }
  if (request.standing == access::Standing::throttled) return forbidden(request);
  if (allowed.empty()) return plain(404, "nothing at " + one_line(request.path, echo_cap));
  const bool asked = request.method == "OPTIONS";
  Response response =
      asked ? plain(200, "") : plain(405, one_line(request.method, echo_cap) + " is not allowed here");
  response.headers.emplace_back("Allow", allowed + "OPTIONS");
  return response;
}

// Who knows only where we are finds the page; nothing else is there.
Response led_back(const Request& request, const Context& context) {
  if (request.path != "/" && request.path != context.prefix)
    return plain(404, "nothing at " + one_line(request.path, echo_cap));
  Response response = plain(302, "");
  response.headers.emplace_back("Location", std::string(context.prefix) + "/");
  return response;
}

void add_header(Response& response, const std::string& name, const std::string& value) {
  std::erase_if(response.headers, [&](const auto& each) { return each.first == name; });
  response.headers.emplace_back(name, value);
}

}  // namespace

std::span<const Route> routes() { return table; }

const Route* route_of(const Request& request) {
  const auto found = std::ranges::find_if(table, [&](const Route& route) {
    return takes(route, request.method) && matched(route, request.path).has_value();
  });
  return found == table.end() ? nullptr : &*found;
}

Response handle(const Request& request, const Context& asked) {
  Context context = asked;
  context.details = access::is_trusted(request.standing);
  Response response = request.astray ? led_back(request, context) : answered(request, context);
  add_header(response, "X-Content-Type-Options", "nosniff");
  if (context.headers)
    for (const auto& [name, value] : *context.headers) add_header(response, name, value);
  return response;
}

}  // namespace answerback::http
