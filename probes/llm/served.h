#pragma once
// A server of one's own that speaks OpenAI's chat and has, beside it, /health and a page of metrics that
// tells its queue.

#include "probes/llm/exposition.h"
#include "probes/llm/openai.h"

namespace answerback::probes {

class LlmServedChat final : public LlmOpenAiChat {
 public:
  // The metrics that count the requests it works on and those that wait.
  struct Queue {
    std::string_view running, waiting;
  };
  template <class... Chat>
  explicit LlmServedChat(Queue queue, Chat&&... chat)
      : LlmOpenAiChat(std::forward<Chat>(chat)...), queue_(queue) {}

  LlmLoad read_load(std::string_view page) const override {
    return {.running = sum_of(page, queue_.running), .waiting = sum_of(page, queue_.waiting)};
  }

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    if (ask == LlmAsk::health) return LlmCall{.url = server_url("/health")};
    if (ask == LlmAsk::load) return LlmCall{.url = server_url("/metrics")};
    return LlmOpenAiChat::call(ask, prompt);
  }

 private:
  Queue queue_;
};

}  // namespace answerback::probes
