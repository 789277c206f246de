#pragma once
// How one provider of models is spoken to. A provider is one file that implements this and one row in
// llm_provider.cpp; all of it is pure: requests are made, answers are read, nothing is sent.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "net/http.h"
#include "net/sse.h"
#include "probes/llm/answer.h"

namespace answerback::probes {

enum class LlmAsk : std::uint8_t {
  edge,        // without the key: who refuses it is there
  model,       // the one model, by its name
  models,      // all of them, where a server does not tell one by its name
  count,       // of the tokens of a prompt, without generating
  completion,  // a generation
  health,      // what a server of one's own says about itself
  load,        // how many requests wait there, which models are loaded
};

// What the configuration says, whoever the provider is.
struct LlmTarget {
  net::Url base;
  std::string model;
  net::Headers headers;  // the configured ones; secret
  net::TlsSettings tls;
  bool stream = true;
  std::int64_t max_tokens = 16;
};

// One call: a POST of this JSON, or a GET where there is none.
struct LlmCall {
  net::Url url;
  std::string body = {};
  net::Headers headers = {};  // the provider's own; nothing secret
};

// What a server tells about its load; what it does not tell is not there.
struct LlmLoad {
  std::optional<double> running = {}, waiting = {};
  std::optional<bool> loaded = {};  // our model, in memory now
  std::string words = {};           // the same for a person
};

class LlmProvider {
 public:
  explicit LlmProvider(LlmTarget target) : target_(std::move(target)) {}
  virtual ~LlmProvider() = default;

  // A request with all it needs. The key and the configured headers go with everything but `edge`; an empty
  // key is not sent. nullopt: this provider has no such call.
  std::optional<net::HttpRequest> request(LlmAsk, std::string_view prompt, const Secret& key) const;

  // Of a stream: an event, or a line of NDJSON as an event with `data` alone.
  virtual LlmPiece read_event(const net::SseEvent&) const = 0;
  virtual LlmPiece read_whole(std::string_view body) const = 0;  // of an answer in one piece, status 2xx
  // Whether a stream that said why the model stopped is over, or only its own end mark makes it so.
  virtual bool finish_is_end() const { return true; }

  virtual Failure read_error(const net::HttpResponse&) const;  // of any status but 2xx
  // How long the body of an error asks us to stay away, where a header does not.
  std::optional<Duration> asked_wait(const net::HttpResponse&) const;

  // Why the 2xx answer to `model` or `models` does not prove that the model is there; nullopt when it does.
  virtual std::optional<Failure> model_missing(LlmAsk, std::string_view body) const = 0;
  // Whether the refusal of `model` may only mean that this server has no such call.
  virtual bool unknown_call(const net::HttpResponse&) const;
  // What of `access` its calls cannot prove, in words; "" where they prove all of it.
  virtual std::string_view access_unproved() const { return {}; }

  virtual std::optional<std::uint64_t> counted(std::string_view body) const;  // of the 2xx answer to `count`

  virtual std::optional<Failure> unhealthy(const net::HttpResponse&) const;  // of any answer to `health`
  virtual LlmLoad read_load(std::string_view body) const;                    // of the 2xx answer to `load`

  const LlmTarget& target() const { return target_; }

 protected:
  virtual std::optional<LlmCall> call(LlmAsk, std::string_view prompt) const = 0;
  virtual std::pair<std::string, std::string> key_header(const std::string& key) const {
    return {"Authorization", "Bearer " + key};
  }
  net::Url url(std::string_view path) const;          // below the base
  net::Url server_url(std::string_view path) const;   // from the root of the server, beside its API
  net::Url model_url(std::string_view prefix) const;  // the model's name as one part of the path
  // Of one model by itself, or {"data": [{"id"}]}, as OpenAI and Anthropic answer.
  std::optional<Failure> missing_in_list(LlmAsk, std::string_view body) const;
  Failure missing_among(const std::vector<std::string>& models) const;

 private:
  LlmTarget target_;
};

struct LlmProviderRow {
  std::string_view name;
  std::string_view base_url;  // its own; "": there is none, it must be configured
  std::unique_ptr<LlmProvider> (*make)(config::Fields&, LlmTarget);  // reads the keys only it has
};

std::span<const LlmProviderRow> llm_providers();  // the first is the default
const LlmProviderRow& llm_provider_named(
    std::string_view name);  // the first, where there is none of that name

// The base URL with this behind its path; a query stays where it belongs.
net::Url below(net::Url base, std::string_view path);

// The base URL with a path: this one, unless the path it has ends so already.
net::Url ending_in(net::Url base, std::string_view path);

}  // namespace answerback::probes
