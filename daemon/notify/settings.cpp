#include "notify/settings.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <utility>

#include "notify/target_keys.h"

namespace answerback::notify {
namespace {

using std::chrono::seconds;

constexpr std::size_t most_targets = 64;
constexpr std::string_view json_type = "application/json";

std::expected<net::Url, std::string> http_url(std::string_view text) {
  return net::parse_url(text, {"http", "https"});
}

std::expected<net::Url, std::string> base_url(std::string_view text) {
  auto url = http_url(text);
  if (url && url->target.contains('?')) return std::unexpected("must not hold a query");
  return url;
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

Target read_alertmanager(config::Fields& fields) {
  Target target{.kind = Target::Kind::alertmanager, .name = {}, .request = {}, .body = {}};
  net::HttpRequest& request = target.request;
  request.method = "POST";
  request.url = fields.required_parsed<net::Url>("url", "where it is, http or https; /api/v2/alerts is added",
                                                 base_url);
  request.url.target = without_slash(request.url.target) + "/api/v2/alerts";
  target.name =
      fields.text("name", "", "its name in metrics and log; left out: the host and port of the url");
  if (!target.name.empty()) {
    if (const std::string wrong = name_error(target.name); !wrong.empty()) fields.error("name", wrong);
  } else if (!request.url.host.empty()) {
    target.name = request.url.authority();
  }
  read_request(fields, target);
  request.headers.emplace_back("Content-Type", json_type);
  return target;
}

// For trying a template out: every placeholder has a value.
Notice example() {
  const auto texts = [](auto... keys) { return std::map<std::string, std::string>{{keys, "1"}...}; };
  return {.id = "1",
          .alert = {.probe = "1",
                    .labels = texts("alertname", "service", "probe", "reason", "severity"),
                    .annotations =
                        texts("summary", "description", "impact", "blocks", "value_blocked", "runbook_url"),
                    .url = "1"},
          .ended = Wall{}};
}

void read_body(config::Fields& fields, Target& target) {
  const Secret text = fields.secret(
      "body", "what is sent, with {{placeholders}}; left out: one alert as Alertmanager's webhooks send it");
  const std::string* const given = net::find_header(target.request.headers, "Content-Type");
  const bool json = !given || given->starts_with(json_type);
  if (!given) target.request.headers.emplace_back("Content-Type", json_type);
  auto body = Template::parse(text.reveal());
  if (!body) {
    fields.error("body", body.error());
    return;
  }
  target.body = *std::move(body);
  if (!json || target.body.empty()) return;
  boost::system::error_code broken;
  boost::json::parse(target.body.fill(example()), broken);
  if (broken) {
    fields.error("body", "filled in, it is no JSON (" + broken.message() +
                             "); a text of another kind needs a Content-Type among the headers");
  }
}

void read_on(config::Fields& fields, Target& target) {
  const std::vector<std::string> on = fields.texts("on", "which it gets: firing, resolved; left out: both");
  if (!fields.has("on")) return;
  const auto names = [&on](std::string_view word) { return std::ranges::find(on, word) != on.end(); };
  target.firing = names("firing");
  target.resolved = names("resolved");
  if (on.empty()) fields.error("on", "must name firing, resolved or both");
  for (std::size_t i = 0; i < on.size(); ++i) {
    if (on[i] != "firing" && on[i] != "resolved")
      fields.error("on[" + std::to_string(i) + "]", "must be firing or resolved");
  }
}

Target read_webhook(config::Fields& fields) {
  Target target{.kind = Target::Kind::webhook, .name = {}, .request = {}, .body = {}};
  target.name = fields.required_text("name", "its name in metrics and log");
  if (const std::string wrong = name_error(target.name); !target.name.empty() && !wrong.empty())
    fields.error("name", wrong);
  const Secret url =
      fields.required_secret("url", "where it is, http or https; secret, because many hold a token");
  if (!url.empty()) {
    auto parsed = http_url(url.reveal());
    if (parsed)
      target.request.url = *std::move(parsed);
    else
      fields.error("url", parsed.error());
  }
  target.request.method = fields.one_of("method", "POST", {"POST", "PUT", "PATCH"}, "request method");
  read_request(fields, target);
  read_body(fields, target);
  read_on(fields, target);
  return target;
}

}  // namespace

Settings read_settings(config::Fields alerts, std::string state_dir) {
  Settings settings{.targets = {}, .external_url = {}, .state_dir = std::move(state_dir)};
  const auto keep = [&settings](config::Fields& fields, Target target) {
    const auto known = std::ranges::find(settings.targets, target.name, &Target::name);
    if (!target.name.empty() && known != settings.targets.end())
      fields.error(fields.has("name") ? "name" : "url",
                   "another target has this name; give it one of its own");
    if (settings.targets.size() == most_targets) fields.error("", "more than 64 targets");
    settings.targets.push_back(std::move(target));
  };
  settings.resend =
      alerts.duration("resend", std::chrono::minutes(1), "how often what still fires is told again");
  if (settings.resend < seconds(1) && alerts.has("resend")) alerts.error("resend", "must be at least 1s");
  const auto external =
      alerts.parsed<net::Url>("external_url", "", "how others reach us; makes links", base_url);
  if (!external.host.empty()) settings.external_url = without_slash(external.text());
  for (config::Fields& fields : alerts.children("alertmanagers", "each is told everything"))
    keep(fields, read_alertmanager(fields));
  for (config::Fields& fields : alerts.children("webhooks", "each gets every notice, one at a time"))
    keep(fields, read_webhook(fields));
  alerts.finish();
  return settings;
}

}  // namespace answerback::notify
