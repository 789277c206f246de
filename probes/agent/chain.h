#pragma once
// The chain of events an agent owes for one request: what has come, what is awaited, and what its absence
// means. Pure: no I/O, time passed in. Times are those at which events were read here, never those the server
// claims.
//
// The first of the stages opens the chain and the last ends it. In between, the first occurrence of each
// stage must come in order; stages repeat, tools pair by name, and sub-agents nest: theirs may stand for
// ours, but their end is not ours. An end may turn out not to be one: whoever drives the chain judges the
// answer and, if it is not right, listens on for a moment, and the chain opens again when more comes.
//
// Only the agent's own events are evidence. Welcomes, pings, acknowledgements and notices move nothing, and
// neither does what cannot be read, which is counted; a platform's warning that its agent is slow is kept,
// and is no sign of life.
//
// An error ends the chain, unless whoever drives it gets over it: platforms report errors of which their
// agents know a way round.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/result.h"
#include "probes/agent/tools.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {

struct ChainLimits {
  Duration first_event = std::chrono::seconds(15);
  Duration gap_warn = std::chrono::seconds(15);
  Duration gap = std::chrono::seconds(30);          // between two events, no tool being open
  Duration tool = std::chrono::seconds(60);         // from tool_executing to tool_completed
  Duration completion = std::chrono::seconds(120);  // from the request to the end
};

// Who we are to the platform, as far as is known.
struct ChainIdentity {
  std::string user_id;            // from the welcome; empty: unknown
  std::set<std::string> earlier;  // run ids of earlier requests: what they bring is late
};

class Chain {
 public:
  enum class State { silent, open, ended, failed };
  struct Stage {
    std::string name;
    bool optional = false;          // need not come, and counts only when it does
    std::optional<Steady> at = {};  // of the first time it came
    Shape shape = Shape::root;
  };
  struct Wait {
    Steady until;
    Reason late;  // what silence until then is
  };

  // `stages` is not empty. `asked`: when the request was sent. `optional`: those of the stages that need not
  // come; the first and the last do.
  Chain(const std::vector<std::string>& stages, ChainLimits, ChainIdentity, Steady asked,
        const std::set<std::string>& optional = {});

  void take(const AgentEvent&, Steady at);

  State state() const { return state_; }
  const Failure& failure() const { return failure_; }  // of failed: chain_order, agent_error, misrouted
  Wait wait() const;
  Failure silence(Steady now) const;  // silent or open, and nothing came: no_start, late, misrouted, …
  std::optional<Failure> incomplete()
      const;  // ended: chain_incomplete where stages or ends of tools are missing

  // The run we took for ours was that of an earlier request: it counts as late, and what else has come is
  // looked at again.
  void disown();
  // Whether the event is the end of a run beside the one we took for ours, and not of a sub-agent of it: that
  // one has ended, or is on another thread. Other sockets of our user may be told of each other's runs.
  bool ends_beside(const AgentEvent&) const;
  // When such a run was last heard of, while one goes on.
  std::optional<Steady> another_heard() const {
    return beside_.empty() ? std::nullopt : std::optional(beside_at_);
  }
  // After agent_error: goes on as if it had not come, but for the complaint that is kept.
  void get_over();
  // The first error reported, also by an end that says itself that the run failed; empty: none.
  const std::string& complaint() const { return complaint_; }
  // The run we took for an earlier one is ours after all (its answer is): ids may be used again.
  void own(const std::string& run_id);
  // Nothing of ours has come, but a run has begun under an id of an earlier one, which had begun already: ids
  // are used again, and it is ours. Otherwise false, and nothing has changed.
  bool claim();

  const std::vector<Stage>& stages() const { return stages_; }
  std::size_t reached() const;
  std::size_t due() const;       // all but the optional ones that have not come
  std::string progress() const;  // "2 of 5 events"
  const std::string& answer() const { return answer_; }
  std::set<std::string> run_ids()
      const;  // ours, of sub-agents, and the earlier ones: the next run's `earlier`
  Steady asked() const { return asked_; }
  const std::vector<Steady>& times() const { return times_; }  // of our events, the first 64
  std::size_t late_events() const { return late_; }
  std::size_t not_understood() const { return not_understood_; }  // frames
  std::string strange() const;  // "2 frames not understood: hello, token"; empty: all were
  const std::string& warned() const { return warned_; }  // by the platform, in its words; empty: never

  struct Gap {
    Duration length{};
    std::string before;  // the event that ended it
  };
  const Gap& widest_gap() const { return widest_; }  // while no tool was open
  const std::string& overclaim() const {
    return overclaim_;
  }  // a claimed duration, or a span of time stamps, longer than we have waited

 private:
  enum class Whose { ours, nested, late, stranger, other };
  struct Arrival {
    AgentEvent event;
    Steady at;
  };

  Whose whose(const AgentEvent&) const;
  void adopt(const AgentEvent&);
  void apply(const AgentEvent&, Steady at);
  void look_again(ChainIdentity);
  void advance(const AgentEvent&, Steady at, bool nested);
  void reach(std::size_t stage, const AgentEvent&, Steady at);
  void doubt(const AgentEvent&, Steady at);
  void stream(const std::string& piece);
  const std::string& streamed() const;
  void fail(Reason, std::string detail);

  ChainLimits limits_;
  ChainIdentity identity_;
  Steady asked_, last_;
  std::vector<Stage> stages_;
  State state_ = State::silent, before_failure_ = State::silent;
  Failure failure_;
  std::string run_, thread_, agent_;  // ours, once known
  std::set<std::string> subs_;        // run ids and names of sub-agents
  std::set<std::string> seen_runs_;
  std::set<std::string> beside_;  // other runs under way
  Steady beside_at_{};
  ToolCalls tools_;
  std::string last_name_, answer_, streamed_, last_piece_, after_end_, overclaim_, warned_, complaint_;
  std::set<std::string> strange_;  // names of frames that were not understood
  std::optional<Wall> first_stamp_;
  std::string other_;        // the first event of another run
  std::string begun_again_;  // the first id of an earlier run that began anew
  std::size_t late_ = 0, late_ends_ = 0, not_understood_ = 0;
  Gap widest_;
  std::vector<Steady> times_;
  std::vector<Arrival> log_;  // for disown()
  std::size_t activities_ = 0;
  std::size_t pieces_ = 0;  // of an answer that is streamed
  bool grows_ = true;       // each of them began with the one before
};

}  // namespace answerback::probes
