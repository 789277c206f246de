#pragma once
// The platform's own model behind the OpenAI wire: GET /v1/models, GET /v1/models/{id}, POST
// /v1/chat/completions. It multiplies two numbers and greets. Pure but for the clock in `created`.

#include "platform/faults.h"
#include "platform/http_message.h"
#include "platform/journal.h"
#include "platform/options.h"

namespace demo {

// For any path below /v1.
Reply answer_llm(const Request&, const Options&, const Faults&, Counters&);

}  // namespace demo
