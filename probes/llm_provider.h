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
#include "probes/llm_answer.h"

namespace answerback::probes {

enum class LlmAsk : std::uint8_t {
  edge,        // without the key: who refuses it is there
  model,       // the one model, by its name
  models,      // all of them, where a server does not tell one by its name
  completion,  // a generation
};

// What the configuration says, whoever the provider is.
struct LlmTarget {
  net::Url base;
  std::string model;
  Secret api_key;        // empty: none is sent
  net::Headers headers;  // the configured ones; secret
  net::TlsSettings tls;
  bool stream = true;
  std::int64_t max_tokens = 16;
};

class LlmProvider {
 public:
  virtual ~LlmProvider() = default;
  virtual net::HttpRequest request(LlmAsk, std::string_view prompt) const = 0;

  virtual LlmPiece read_event(const net::SseEvent&) const = 0;  // of a stream
  virtual LlmPiece read_whole(
      std::string_view body) const = 0;  // of an answer in one piece, with its status 2xx
  virtual Failure read_error(const net::HttpResponse&) const = 0;  // of any status but 2xx

  // Why the 2xx answer to `model` or `models` does not prove that the model is there; nullopt when it does.
  virtual std::optional<Failure> model_missing(LlmAsk, std::string_view body) const = 0;
  // Whether the refusal of `model` may only mean that this server has no such call.
  virtual bool unknown_call(const net::HttpResponse&) const = 0;
};

struct LlmProviderRow {
  std::string_view name;
  std::string_view base_url;                                         // its own
  std::unique_ptr<LlmProvider> (*make)(config::Fields&, LlmTarget);  // reads the keys only it has
};

std::span<const LlmProviderRow> llm_providers();  // the first is the default
const LlmProviderRow& llm_provider_named(
    std::string_view name);  // the first, where there is none of that name

// The base URL with this behind its path; a query stays where it belongs.
net::Url below(net::Url base, std::string_view path);

}  // namespace answerback::probes
