// Ollama's own API. A stream is NDJSON, one object a line, the last with `done: true`; an error in the middle
// is a line with `error`, the status stays 200. No key by default.
//
// Asking it loads a model into memory, and may push another out: what is loaded is told by /api/ps, without
// loading anything.

#include <boost/json/serialize.hpp>

#include "model/text.h"
#include "probes/llm/json.h"
#include "probes/llm/providers.h"
#include "probes/llm/refusal.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

// "llama3" is "llama3:latest".
bool same_model(const std::string& asked, const std::string& listed) {
  return listed == asked || (!asked.contains(':') && listed == asked + ":latest");
}

std::optional<std::vector<std::string>> names_in(std::string_view body) {
  const auto document = parse_json(body);
  const json::value* models = document ? member(&*document, "models") : nullptr;
  if (!models || !models->is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const json::value& model : models->get_array()) names.push_back(text(member(&model, "name")));
  return names;
}

class Ollama final : public LlmProvider {
 public:
  Ollama(LlmTarget target, std::string keep_alive)
      : LlmProvider(std::move(target)), keep_alive_(std::move(keep_alive)) {}

  LlmPiece read_event(const net::SseEvent& line) const override {
    LlmPiece piece;
    if (line.data.empty()) return piece;
    const auto document = parse_json(line.data);
    if (!document) {
      piece.error = not_json("a line of the stream", line.data);
      return piece;
    }
    if (const auto refusal = refusal_in(*document)) {
      piece.error = failure_of(200, *refusal);
      return piece;
    }
    piece.model = text(member(&*document, "model"));
    piece.content = text(member(*document, {"message", "content"}));
    piece.usage = {.input = count(member(&*document, "prompt_eval_count")),
                   .output = count(member(&*document, "eval_count")),
                   .reasoning = 0};
    if (!is_true(member(&*document, "done"))) return piece;
    piece.end = true;
    const std::string why = text(member(&*document, "done_reason"));
    piece.finish = why == "length" ? LlmFinish::length : LlmFinish::complete;
    return piece;
  }

  LlmPiece read_whole(std::string_view body) const override {
    LlmPiece piece = read_event({.type = {}, .data = std::string(body), .id = {}});
    if (!piece.error && !piece.end)
      piece.error = Failure{Reason::protocol, "the answer is no completion: " + describe_body(body)};
    return piece;
  }

  std::optional<Failure> model_missing(LlmAsk, std::string_view body) const override {
    const auto names = names_in(body);
    if (!names) return Failure{Reason::protocol, "no list of models: " + describe_body(body)};
    for (const std::string& name : *names)
      if (same_model(target().model, name)) return std::nullopt;
    return missing_among(*names);
  }

  LlmLoad read_load(std::string_view body) const override {
    const auto names = names_in(body);
    if (!names) return {};
    LlmLoad load{.running = {}, .waiting = {}, .loaded = false, .words = "loaded:"};
    for (const std::string& name : *names) {
      load.words += " " + one_line(name, 60);
      if (same_model(target().model, name)) load.loaded = true;
    }
    if (names->empty()) load.words = "no model is loaded";
    return load;
  }

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    switch (ask) {
      case LlmAsk::health: return LlmCall{.url = url("/api/version")};
      case LlmAsk::edge:
      case LlmAsk::model:
      case LlmAsk::models: return LlmCall{.url = url("/api/tags")};
      case LlmAsk::load: return LlmCall{.url = url("/api/ps")};
      case LlmAsk::completion: break;
      default: return std::nullopt;
    }
    json::object body{{"model", target().model},
                      {"messages", json::array{json::object{{"role", "user"}, {"content", prompt}}}},
                      {"stream", target().stream},
                      {"options", {{"num_predict", target().max_tokens}}}};
    if (!keep_alive_.empty()) body["keep_alive"] = keep_alive_;
    return LlmCall{.url = url("/api/chat"), .body = json::serialize(body)};
  }

 private:
  std::string keep_alive_;
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_ollama(config::Fields& fields, LlmTarget target) {
  std::string keep_alive = fields.text(
      "keep_alive", "", "ollama: how long the model stays loaded after the probe, as the server takes it");
  return std::make_unique<Ollama>(std::move(target), std::move(keep_alive));
}

}  // namespace answerback::probes
