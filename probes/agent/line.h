#pragma once
// What an agent is asked through, whatever the protocol: a request goes out, events come back. The chain, the
// challenge and the verdict know nothing else. One file a dialect implements both classes; agent_dialects.cpp
// lists them.

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probe/probe.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {

// One open conversation, for one run. Everything sent and received is kept as evidence, tokens taken out.
class AgentLine {
 public:
  struct Arrival {
    AgentEvent event;
    Steady at;
  };
  virtual ~AgentLine() = default;

  // The ways a request can be put, by name, never none. The first is the configured one; the others are tried
  // when it met silence.
  virtual std::span<const std::string> forms() const = 0;
  virtual asio::awaitable<std::expected<void, Failure>> ask(std::size_t form,
                                                            const std::string& question) = 0;
  // Something the far end must answer if it hears us at all, where the dialect has such a thing.
  virtual asio::awaitable<std::expected<void, Failure>> knock() { co_return std::expected<void, Failure>(); }
  // Sends a request of a kind that no server knows; false: the dialect has no such thing, nothing was sent.
  virtual asio::awaitable<std::expected<bool, Failure>> babble() { co_return false; }

  // The next event, or nullopt when none came until then. Failures: what ended the conversation, auth,
  // rate_limited.
  virtual asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until) = 0;
  // The polite way, until the deadline at the latest; threads and runs of ours are deleted where that can be
  // done.
  virtual asio::awaitable<void> close() = 0;

  virtual Steady last_call() const = 0;  // when to stop listening so that there is time for a clean close
  virtual std::string opened()
      const = 0;  // what went well so far: "upgrade 101 in 41 ms, welcome ok, ping ok"
  virtual std::string user_id() const = 0;                 // who we are to the server; empty: it has not said
  virtual std::string degraded() const = 0;                // what the server says it lacks; empty: nothing
  virtual std::optional<ProbeResult> warning() const = 0;  // where the run itself was good
};

// A dialect as configured; lives as long as the probe.
class AgentDialect {
 public:
  virtual ~AgentDialect() = default;
  // The chain it has where none is configured; empty: its stages(), or that of its row.
  virtual std::span<const std::string_view> chain() const { return {}; }
  virtual bool whole() const { return false; }  // nothing comes before the answer is there, all at once
  // Connects, signs in, waits for the welcome. `stages`: the names of the configured chain; they outlive the
  // line, as do the run and this.
  virtual asio::awaitable<std::expected<std::unique_ptr<AgentLine>, Failure>> open(
      Run&, Services&, std::span<const std::string> stages) const = 0;
  // Every event that it yields as it is configured, in order: a chain can name no other; empty: any.
  virtual std::vector<std::string> stages() const { return {}; }
};

struct AgentDialectRow {
  std::string_view name;                    // value of `preset`; empty: without one
  std::span<const std::string_view> chain;  // the stages it has where none are configured
  std::unique_ptr<const AgentDialect> (*read)(
      config::Fields&);  // never null; reads `url` and the keys only it has
};

// The first is the one spoken without a preset. `types agent` shows the keys of all: a key that means
// different things to two of them should be two keys.
std::span<const AgentDialectRow> agent_dialects();

}  // namespace answerback::probes
