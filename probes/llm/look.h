#pragma once
// The looks that cost nothing: what a server says about itself, the edge, the access, a count of tokens.

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <string>

#include "net/http.h"
#include "probe/run.h"
#include "probes/llm/ladder.h"
#include "probes/llm/settings.h"

namespace answerback::probes {

// What a look needs, all of it outliving the look.
struct LlmLooker {
  Run& run;
  net::Transport transport;
  const LlmSettings& settings;
  const Secret& key;
  LlmLadder& ladder;
};

// A look that failed, with the answer to it where one came.
struct LlmRefused {
  Failure failure;
  net::HttpResponse response = {};  // status 0: none came
};
using LlmLook = std::expected<std::string, LlmRefused>;  // what was proved, in words

// `reach`, `access` or `count`, noted in the ladder.
asio::awaitable<LlmLook> look(LlmLooker, LlmDepth);

// The server's own health, where it is to be asked; then its load, measured and noted. A load that is not
// told is no failure.
struct LlmServerState {
  std::string words = {};
  std::optional<double> waiting = {};
};
asio::awaitable<std::expected<LlmServerState, LlmRefused>> look_at_server(LlmLooker);

// A request and an answer as evidence: without the query, where some put keys, and the head of the answer.
std::string request_evidence(const net::HttpRequest&);
std::string response_evidence(const net::HttpResponse&);

}  // namespace answerback::probes
