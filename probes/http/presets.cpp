#include "probes/http/presets.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <iterator>
#include <ranges>
#include <utility>

#include "model/text.h"
#include "probes/shared/expect/body.h"
#include "probes/shared/health_body/loose.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

using Judged = std::expected<ProbeResult, std::string>;
using Unwanted = std::optional<Reason>;

constexpr std::size_t parts_shown = 3;
constexpr std::size_t models_shown = 5;

std::string http_status(const net::HttpResponse& response) {
  return "HTTP " + std::to_string(response.status);
}

bool part_ignored(const HealthComponent& part, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](std::string_view each) {
    return each.ends_with('*') ? part.name.starts_with(each.substr(0, each.size() - 1)) : part.name == each;
  });
}

// The failing first, each as it came.
std::vector<HealthComponent> not_well(const HealthBody& body, const std::vector<std::string>& ignore) {
  std::vector<HealthComponent> bad;
  for (const Verdict verdict : {Verdict::fail, Verdict::warn, Verdict::unknown})
    std::ranges::copy_if(body.components, std::back_inserter(bad), [&](const HealthComponent& part) {
      return part.verdict == verdict && !part_ignored(part, ignore);
    });
  return bad;
}

std::string told_few(const std::vector<HealthComponent>& parts) {
  std::string text;
  for (const HealthComponent& part : parts | std::views::take(parts_shown))
    text += (text.empty() ? "" : "; ") + told(part);
  if (parts.size() > parts_shown) text += "; and " + std::to_string(parts.size() - parts_shown) + " more";
  return text;
}

ProbeResult by_verdict(Verdict verdict, Unwanted unwanted, const net::HttpResponse& response,
                       std::string says) {
  const std::string code = http_status(response);
  if (unwanted) {
    const bool disagree = verdict == Verdict::pass;
    return ProbeResult::fail(*unwanted, code + (disagree ? ", though its body says " : ", ") + says);
  }
  switch (verdict) {
    case Verdict::fail: return ProbeResult::fail(Reason::assertion, code + ", but its body says " + says);
    case Verdict::warn: return ProbeResult::warn(Reason::degraded_notice, std::move(says));
    case Verdict::unknown: return ProbeResult::unknown(Reason::no_evidence, std::move(says));
    case Verdict::pass: break;
  }
  return ProbeResult::pass(std::move(says));
}

ProbeResult judge_health(const HttpPresetSettings& settings, const HealthBody& body,
                         const net::HttpResponse& response, Unwanted unwanted) {
  const std::vector<HealthComponent> bad = not_well(body, settings.ignore);
  const std::string parts = told_few(bad);
  if (body.verdict != Verdict::pass || unwanted) {
    const std::string& why = body.output.empty() ? parts : body.output;
    return by_verdict(body.verdict, unwanted, response, body.word + (why.empty() ? "" : ": " + why));
  }
  if (!bad.empty()) {
    const bool lies = bad.front().verdict == Verdict::fail && bad.front().critical;
    return ProbeResult::warn(lies ? Reason::ready_lies : Reason::degraded_notice,
                             body.word + ", and yet " + parts);
  }
  const std::size_t count = body.components.size();
  return ProbeResult::pass(
      body.word + (count == 0 ? "" : ", " + std::to_string(count) + (count == 1 ? " part" : " parts")));
}

template <HealthFormat format>
Judged judge_formatted(const HttpPreset& preset, const HttpPresetSettings& settings,
                       const net::HttpResponse& response, Unwanted unwanted) {
  const auto body = read_health_body(response.body, format);
  if (!body) return std::unexpected("preset " + std::string(preset.name) + ": " + body.error());
  return judge_health(settings, *body, response, unwanted);
}

Judged judge_loose(const HttpPreset& preset, const HttpPresetSettings& settings,
                   const net::HttpResponse& response, Unwanted unwanted) {
  const auto body = read_loose_health(response.body);
  if (!body) return std::unexpected("preset " + std::string(preset.name) + ": " + body.error());
  return judge_health(settings, *body, response, unwanted);
}

std::string model_names(const json::array& endpoints) {
  std::string text;
  for (const json::value& each : endpoints | std::views::take(models_shown)) {
    const json::object* endpoint = each.if_object();
    const json::value* model = endpoint != nullptr ? endpoint->if_contains("model") : nullptr;
    if (model != nullptr && model->is_string())
      text += (text.empty() ? "" : ", ") + one_line(model->get_string(), 80);
  }
  return text;
}

// /health asks every model and counts; /health/readiness has a status; /health/liveliness is a sentence.
Judged judge_litellm(const HttpPreset& preset, const HttpPresetSettings& settings,
                     const net::HttpResponse& response, Unwanted unwanted) {
  boost::system::error_code broken;
  const json::value document = json::parse(response.body, broken);
  if (!broken && document.is_string() && document.get_string() == "I'm alive!")
    return by_verdict(Verdict::pass, unwanted, response, "alive");
  const json::object* root = broken ? nullptr : document.if_object();
  const auto listed = [&](std::string_view key) -> const json::array* {
    const json::value* value = root != nullptr ? root->if_contains(key) : nullptr;
    return value != nullptr ? value->if_array() : nullptr;
  };
  const json::array *well = listed("healthy_endpoints"), *ill = listed("unhealthy_endpoints");
  if (well == nullptr || ill == nullptr) return judge_loose(preset, settings, response, unwanted);
  const std::size_t all = well->size() + ill->size();
  if (all == 0) return by_verdict(Verdict::unknown, unwanted, response, "no model is configured");
  if (ill->empty())
    return by_verdict(Verdict::pass, unwanted, response, std::to_string(all) + " models answer");
  const std::string which = model_names(*ill);
  return by_verdict(well->empty() ? Verdict::fail : Verdict::warn, unwanted, response,
                    std::to_string(ill->size()) + " of " + std::to_string(all) + " models do not answer" +
                        (which.empty() ? "" : ": " + which));
}

Judged judge_search_cluster(const HttpPreset& preset, const HttpPresetSettings&,
                            const net::HttpResponse& response, Unwanted unwanted) {
  boost::system::error_code broken;
  const json::value document = json::parse(response.body, broken);
  const json::object* root = broken ? nullptr : document.if_object();
  const json::value* status = root != nullptr ? root->if_contains("status") : nullptr;
  const std::string_view colour =
      status != nullptr && status->is_string() ? std::string_view(status->get_string()) : std::string_view();
  constexpr std::pair<std::string_view, Verdict> colours[] = {
      {"green", Verdict::pass}, {"yellow", Verdict::warn}, {"red", Verdict::fail}};
  const auto* found = std::ranges::find(colours, colour, &std::pair<std::string_view, Verdict>::first);
  if (found == std::end(colours))
    return std::unexpected("preset " + std::string(preset.name) +
                           ": no cluster health: " + describe_body(response.body));
  std::string says(colour);
  if (const json::value* lost = root->if_contains("unassigned_shards");
      lost != nullptr && lost->is_int64() && lost->get_int64() > 0)
    says += ", " + std::to_string(lost->get_int64()) + " shards unassigned";
  return by_verdict(found->second, unwanted, response, says);
}

// An exception may come in the middle of a 200, whose head was sent before it was thrown.
Judged judge_clickhouse(const HttpPreset& preset, const HttpPresetSettings&,
                        const net::HttpResponse& response, Unwanted unwanted) {
  const std::string* code = net::find_header(response.headers, "x-clickhouse-exception-code");
  if (code != nullptr || response.body.contains("DB::Exception"))
    return by_verdict(Verdict::fail, unwanted, response,
                      "an exception" + (code != nullptr ? " " + one_line(*code, 20) : std::string()) + ": " +
                          describe_body(response.body));
  const bool pinged = response.url.target.starts_with("/ping");
  if (looks_like_html(response.body) || (pinged && response.body != "Ok.\n"))
    return std::unexpected("preset " + std::string(preset.name) + ": wanted " + (pinged ? "Ok." : "rows") +
                           ", got " + describe_body(response.body));
  return by_verdict(Verdict::pass, unwanted, response,
                    pinged ? "Ok." : "answered, " + std::to_string(response.body.size()) + " bytes");
}

// The status says it all; a page of something in between is not it.
Judged judge_by_status(const HttpPreset& preset, const HttpPresetSettings&, const net::HttpResponse& response,
                       Unwanted unwanted) {
  if (unwanted || looks_like_html(response.body))
    return std::unexpected("preset " + std::string(preset.name) + ": got " + describe_body(response.body));
  return ProbeResult::pass("status " + std::to_string(response.status));
}

constexpr HttpPreset http_presets[] = {
    {"fastapi", "/health", judge_loose},
    {"spring", "/actuator/health", judge_formatted<HealthFormat::actuator>},
    {"aspnet", "/health", judge_formatted<HealthFormat::aspnet>},
    {"microprofile", "/health", judge_formatted<HealthFormat::microprofile>},
    {"health_json", "/health", judge_formatted<HealthFormat::health_json>},
    {"kubernetes", "/readyz", judge_formatted<HealthFormat::kubernetes>},
    {"litellm", "/health/readiness", judge_litellm},
    {"langfuse", "/api/public/health", judge_loose},
    {"clickhouse", "/ping", judge_clickhouse},
    {"elasticsearch", "/_cluster/health", judge_search_cluster},
    {"opensearch", "/_cluster/health", judge_search_cluster},
    {"qdrant", "/readyz", judge_by_status},
    {"weaviate", "/v1/.well-known/ready", judge_by_status},
    {"minio", "/minio/health/live", judge_by_status},
};

}  // namespace

std::vector<std::string> http_preset_names() {
  std::vector<std::string> all;
  for (const HttpPreset& preset : http_presets) all.emplace_back(preset.name);
  return all;
}

const HttpPreset* http_preset_named(std::string_view text) {
  const auto* found = std::ranges::find(http_presets, text, &HttpPreset::name);
  return found == std::end(http_presets) ? nullptr : found;
}

}  // namespace answerback::probes
