#include "probes/llm/provider.h"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <ranges>

#include "model/text.h"
#include "probes/llm/json.h"
#include "probes/llm/providers.h"
#include "probes/llm/refusal.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr LlmProviderRow rows[] = {
    {.name = "openai", .base_url = "https://api.openai.com/v1", .make = make_llm_openai},
    {.name = "openai_responses", .base_url = "https://api.openai.com/v1", .make = make_llm_openai_responses},
    {.name = "anthropic", .base_url = "https://api.anthropic.com", .make = make_llm_anthropic},
    {.name = "gemini", .base_url = "https://generativelanguage.googleapis.com", .make = make_llm_gemini},
    {.name = "azure", .base_url = "", .make = make_llm_azure},
    {.name = "ollama", .base_url = "http://127.0.0.1:11434", .make = make_llm_ollama},
    {.name = "vllm", .base_url = "http://127.0.0.1:8000", .make = make_llm_vllm},
    {.name = "llamacpp", .base_url = "", .make = make_llm_llamacpp},
    {.name = "litellm", .base_url = "http://127.0.0.1:4000", .make = make_llm_litellm},
    {.name = "openai_compatible", .base_url = "", .make = make_llm_openai_compatible},
};

std::optional<LlmRefusal> refusal_of(std::string_view body) {
  const auto document = parse_json(body);
  return document ? refusal_in(*document) : std::nullopt;
}

std::string_view request_id(const net::Headers& headers) {
  for (const std::string_view name : {"x-request-id", "request-id", "apim-request-id"})
    if (const std::string* id = net::find_header(headers, name)) return *id;
  return {};
}

}  // namespace

std::span<const LlmProviderRow> llm_providers() { return rows; }

const LlmProviderRow& llm_provider_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &LlmProviderRow::name);
  return found == std::end(rows) ? rows[0] : *found;
}

std::optional<net::HttpRequest> LlmProvider::request(LlmAsk ask, std::string_view prompt,
                                                     const Secret& key) const {
  std::optional<LlmCall> made = call(ask, prompt);
  if (!made) return std::nullopt;
  net::HttpRequest request;
  request.url = std::move(made->url);
  request.tls = target_.tls;
  request.headers = std::move(made->headers);
  if (ask != LlmAsk::edge) {
    request.headers.insert(request.headers.end(), target_.headers.begin(), target_.headers.end());
    if (!key.empty()) request.headers.push_back(key_header(key.reveal()));
  }
  if (made->body.empty()) return request;
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(made->body);
  return request;
}

Failure LlmProvider::read_error(const net::HttpResponse& response) const {
  constexpr std::size_t url_shown = 200, id_shown = 80;
  const auto refusal = refusal_of(response.body);
  Failure failure = failure_of(response.status, refusal.value_or(LlmRefusal{}));
  const std::string words = refusal ? failure.detail : describe_body(response.body);
  failure.detail = "status " + std::to_string(response.status) + ": " + words;
  if (response.status == 404 && !response.url.host.empty() && unknown_call(response))
    failure.detail += " (is base_url right? asked for " + one_line(response.url.text(), url_shown) + ")";
  if (const std::string_view id = request_id(response.headers); !id.empty())
    failure.detail += ", request " + one_line(id, id_shown);
  return failure;
}

std::optional<Duration> LlmProvider::asked_wait(const net::HttpResponse& response) const {
  const auto refusal = refusal_of(response.body);
  return refusal ? refusal->wait : std::nullopt;
}

// A server that knows the call says in the error that it is the model it does not know.
bool LlmProvider::unknown_call(const net::HttpResponse& response) const {
  if (response.status == 405) return true;
  if (response.status != 404) return false;
  const auto refusal = refusal_of(response.body);
  return !refusal || (refusal->code != "model_not_found" && refusal->param != "model" &&
                      !refusal->message.contains("model") && !refusal->message.contains("deployment"));
}

std::optional<std::uint64_t> LlmProvider::counted(std::string_view body) const {
  const auto document = parse_json(body);
  return document ? count(member(&*document, "input_tokens")) : std::nullopt;
}

std::optional<Failure> LlmProvider::unhealthy(const net::HttpResponse& response) const {
  return response.status / 100 == 2 ? std::nullopt : std::optional(read_error(response));
}

LlmLoad LlmProvider::read_load(std::string_view) const { return {}; }

net::Url LlmProvider::url(std::string_view path) const { return below(target_.base, path); }

net::Url LlmProvider::server_url(std::string_view path) const {
  net::Url url = target_.base;
  url.target = path;
  return url;
}

// A name may hold a slash: meta-llama/Llama-3.
net::Url LlmProvider::model_url(std::string_view prefix) const {
  return url(std::string(prefix) + boost::urls::encode(target_.model, boost::urls::unreserved_chars));
}

std::optional<Failure> LlmProvider::missing_in_list(LlmAsk ask, std::string_view body) const {
  const auto document = parse_json(body);
  if (!document || !document->is_object()) return not_json("the list of models", body);
  if (const auto refusal = refusal_in(*document)) return failure_of(200, *refusal);
  if (ask == LlmAsk::model) return std::nullopt;
  const boost::json::value* data = member(&*document, "data");
  if (!data || !data->is_array())
    return Failure{Reason::protocol, "no list of models: " + describe_body(body)};
  std::vector<std::string> models;
  for (const boost::json::value& model : data->get_array()) models.push_back(text(member(&model, "id")));
  const bool there = std::ranges::find(models, target_.model) != models.end();
  return there ? std::nullopt : std::optional(missing_among(models));
}

Failure LlmProvider::missing_among(const std::vector<std::string>& models) const {
  constexpr std::size_t shown = 5, name_shown = 60;
  std::string others;
  for (const std::string& name : models | std::views::take(shown))
    others += (others.empty() ? ": " : ", ") + one_line(name, name_shown);
  if (models.size() > shown) others += ", …";
  return {Reason::model_not_found, "the server has " + std::to_string(models.size()) +
                                       " models and this one is not among them" + others};
}

net::Url below(net::Url base, std::string_view path) {
  const std::size_t query = std::min(base.target.find('?'), base.target.size());
  std::string target = base.target.substr(0, query);
  while (target.ends_with('/')) target.pop_back();
  base.target = target.append(path).append(base.target, query);
  return base;
}

net::Url ending_in(net::Url base, std::string_view path) {
  std::string_view own = std::string_view(base.target).substr(0, base.target.find('?'));
  while (own.ends_with('/')) own.remove_suffix(1);
  return own.ends_with(path) ? base : below(std::move(base), path);
}

}  // namespace answerback::probes
