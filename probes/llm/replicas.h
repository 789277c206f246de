#pragma once
// Several answerbacks that watch the same model pay once: through a row in a PostgreSQL they share what was
// spent and what the newest generation gave. The server's clock counts; its advisory lock lets one of them in
// at a time. Spoken to by answerback-worker (llm_replicas_worker.h).

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <optional>
#include <string>

#include "config/fields.h"
#include "net/workers.h"
#include "probe/run.h"
#include "probes/llm/purse.h"

namespace answerback::probes {

struct LlmReplicasSettings {
  Secret dsn;
  std::string name;  // of what is shared
  Duration fresh{};  // how long a generation of one counts for all
};
// From `replicas`; nullopt where it was left out.
std::optional<LlmReplicasSettings> read_replicas(config::Fields&);

struct LlmClaim {
  enum class Kind : std::uint8_t {
    go,     // generate: the tokens are booked
    seen,   // one of us has, lately: `result`
    busy,   // one of us is generating now
    spent,  // together we may not
  };
  Kind kind = Kind::busy;
  ProbeResult result = {};          // seen
  std::string words = {};           // spent: "34 of 40 tokens of this day are spent"
  std::string hour = {}, day = {};  // when the windows it was booked in began, as the server writes it
  std::uint64_t tokens = 0;         // booked
};

class LlmReplicas {
 public:
  LlmReplicas(LlmReplicasSettings settings, LlmLimits limits, net::Workers& workers)
      : settings_(std::move(settings)), limits_(limits), workers_(workers) {}

  // Takes two seconds at the most, and a quarter of what is left of the run. Failure: the database cannot be
  // asked, and why.
  asio::awaitable<std::expected<LlmClaim, Failure>> claim(Run&, std::uint64_t tokens);

  // What became of a claim to go. One that is never settled stays booked, and stands in nobody's way once the
  // run is over.
  asio::awaitable<void> settle(Run&, const LlmClaim&, std::uint64_t tokens, const ProbeResult&);

 private:
  LlmReplicasSettings settings_;
  LlmLimits limits_;
  net::Workers& workers_;
};

}  // namespace answerback::probes
