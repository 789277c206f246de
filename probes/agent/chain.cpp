#include "probes/agent/chain.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

constexpr std::size_t kept = 512;  // events looked at again by disown(), and as many pieces of streams
constexpr std::size_t times_kept = 64;
constexpr std::size_t streamed_kept = 64 * 1024;
constexpr std::size_t strange_kept = 4;
constexpr std::size_t names_kept = 64;  // tools open at once, sub-agents, runs: a hostile peer invents them

std::string owner_of(const AgentEvent& event) {
  std::string text;
  if (!event.user_id.empty()) text += " of user " + one_line(event.user_id, 40);
  if (!event.run_id.empty()) text += (text.empty() ? " of run " : ", run ") + one_line(event.run_id, 40);
  return text;
}

void remember(std::set<std::string>& names, const std::string& name) {
  if (!name.empty() && names.size() < names_kept) names.insert(name);
}

}  // namespace

Chain::Chain(const std::vector<std::string>& stages, ChainLimits limits, ChainIdentity identity, Steady asked,
             const std::set<std::string>& optional)
    : limits_(limits), identity_(std::move(identity)), asked_(asked), last_(asked) {
  for (const std::string& stage : stages)
    stages_.push_back({.name = stage, .optional = optional.contains(stage)});
  stages_.front().optional = stages_.back().optional = false;
}

void Chain::take(const AgentEvent& event, Steady at) {
  using enum EventKind;
  if (event.kind == unknown || event.kind == unreadable) {
    ++not_understood_;
    const std::string what = one_line(event.name, 40);
    if (strange_.size() < strange_kept)
      strange_.insert(!what.empty() ? what : event.kind == unknown ? "without a name" : "no JSON");
  }
  if (event.kind == warning && warned_.empty())
    warned_ = event.words.empty() ? event.name : event.name + ": " + event.words;
  if (event.kind != stage && event.kind != activity && event.kind != agent_error && event.kind != error)
    return;
  const bool piece = event.kind == activity;
  if (piece ? activities_++ < kept : log_.size() < 2 * kept) log_.push_back({event, at});
  apply(event, at);
}

void Chain::apply(const AgentEvent& event, Steady at) {
  if (state_ == State::failed) return;
  const bool of_a_run = event.kind == EventKind::stage || event.kind == EventKind::agent_error;
  const Whose owner = whose(event);
  if (owner == Whose::late) {
    ++late_;
    if (event.name == stages_.back().name) ++late_ends_;
    if (event.name == stages_.front().name && event.parent.empty() && begun_again_.empty())
      begun_again_ = event.run_id;
    return;
  }
  if (owner == Whose::stranger || owner == Whose::other) {
    if (owner == Whose::other && event.name == stages_.front().name) remember(beside_, event.run_id);
    if (event.name == stages_.back().name) beside_.erase(event.run_id);
    if (beside_.contains(event.run_id)) beside_at_ = at;
    if (state_ == State::ended || !of_a_run) return;
    const std::string what = event.name + owner_of(event);
    if (other_.empty()) other_ = what;
    // Another run of our own user may be another prober's; another user's event is nobody's business.
    if (owner == Whose::stranger)
      fail(Reason::misrouted,
           what + " came where ours was due" + (run_.empty() ? "" : " (run " + one_line(run_, 40) + ")"));
    return;
  }
  if (state_ == State::silent && !of_a_run && event.kind != EventKind::error) return;

  const bool nested = owner == Whose::nested;
  if (!nested) adopt(event);
  remember(seen_runs_, event.run_id);
  advance(event, at, nested);
}

Chain::Whose Chain::whose(const AgentEvent& event) const {
  const bool begins = event.name == stages_.front().name;
  const bool same_run = event.run_id.empty() || event.run_id == run_;
  if (!event.run_id.empty() && identity_.earlier.contains(event.run_id)) return Whose::late;
  if (event.run_id.empty() || event.run_id != run_) {
    const std::string& user = identity_.user_id;
    if (!user.empty() && !event.user_id.empty() && event.user_id != user) return Whose::stranger;
  }
  if (subs_.contains(event.run_id) || (same_run && event.agent != agent_ && subs_.contains(event.agent)))
    return Whose::nested;
  const bool child =
      !event.parent.empty() || (!agent_.empty() && !event.agent.empty() && event.agent != agent_);
  if (same_run) return state_ != State::silent && begins && child ? Whose::nested : Whose::ours;
  if (run_.empty()) return Whose::ours;
  if (event.parent == run_ || (!event.parent.empty() && event.parent == agent_)) return Whose::nested;
  if (!thread_.empty() && !event.thread_id.empty()) {
    // A sub-agent's end is not the first we hear of it.
    const bool out_of_nowhere = event.name == stages_.back().name && !seen_runs_.contains(event.run_id);
    return event.thread_id == thread_ && !out_of_nowhere ? Whose::nested : Whose::other;
  }
  return begins && state_ == State::open ? Whose::nested : Whose::other;
}

void Chain::adopt(const AgentEvent& event) {
  if (run_.empty()) run_ = event.run_id;
  if (thread_.empty()) thread_ = event.thread_id;
  if (agent_.empty()) agent_ = event.agent;
}

void Chain::advance(const AgentEvent& event, Steady at, bool nested) {
  const bool begins = event.name == stages_.front().name, ends = event.name == stages_.back().name;
  if (nested && begins) {
    if (event.run_id != run_) remember(subs_, event.run_id);
    if (event.agent != agent_) remember(subs_, event.agent);
  }
  if (state_ != State::silent && !tools_.open() && at - last_ > widest_.length)
    widest_ = {at - last_, event.name};
  if (times_.size() < times_kept && event.kind == EventKind::stage) times_.push_back(at);
  doubt(event, at);

  if (event.kind == EventKind::agent_error || event.kind == EventKind::error) {
    if (!nested)
      fail(Reason::agent_error, event.words.empty() ? event.name : event.name + ": " + event.words);
    if (!nested && complaint_.empty()) complaint_ = failure_.detail;
  } else if (event.kind == EventKind::stage && ends && !nested) {
    if (state_ != State::ended) stages_.back().at = at;  // an earlier one was a sub-agent's
    stages_.back().shape = event.shape;
    state_ = State::ended;
    // Beside a streamed answer, a `message` is one about the run.
    if (!event.answer.empty() && !(event.remark && pieces_ > 0)) answer_ = event.answer;
    if (answer_.empty()) answer_ = streamed();
    if (event.failed && complaint_.empty())
      complaint_ = event.name + " says itself that the run failed" +
                   (event.words.empty() ? "" : ": " + event.words) + ", " + progress();
  } else {
    if (state_ == State::ended && after_end_.empty()) after_end_ = event.name;
    if (event.kind == EventKind::activity) stream(event.answer);
    state_ = State::open;
  }
  tools_.take(event, at);
  if (event.kind == EventKind::stage) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (stages_[i].name == event.name && !(nested && ends)) reach(i, event, at);
    }
  }
  last_ = at;
  last_name_ = event.name;
}

void Chain::stream(const std::string& piece) {
  if (piece.empty()) return;
  ++pieces_;
  grows_ = grows_ && piece.size() > last_piece_.size() && piece.starts_with(last_piece_);
  if (grows_ && piece.size() <= streamed_kept) last_piece_ = piece;
  if (streamed_.size() < streamed_kept) streamed_ += piece;
}

// Some send in each piece all there is so far. Two that look so may be a coincidence.
const std::string& Chain::streamed() const { return grows_ && pieces_ > 2 ? last_piece_ : streamed_; }

void Chain::reach(std::size_t stage, const AgentEvent& event, Steady at) {
  if (stages_[stage].at || state_ == State::failed) return;
  // The last stage does not count as reached before it is: an end may still turn out to be a sub-agent's.
  for (std::size_t later = stage + 1; later + 1 < stages_.size(); ++later) {
    if (stages_[later].at)
      return fail(Reason::chain_order, event.name + " came after " + stages_[later].name);
  }
  stages_[stage].at = at;
  stages_[stage].shape = event.shape;
}

// What the server claims to have taken cannot be more than we have waited, nor lie further apart.
void Chain::doubt(const AgentEvent& event, Steady at) {
  const Duration waited = at - asked_, most = waited + waited / 10 + std::chrono::milliseconds(250);
  if (!first_stamp_) first_stamp_ = event.timestamp;
  if (!overclaim_.empty()) return;
  if (event.claimed && *event.claimed > most)
    overclaim_ = event.name + " claims " + spoken(*event.claimed) + " after " + spoken(waited);
  else if (event.timestamp && *event.timestamp - *first_stamp_ > most)
    overclaim_ = "the time stamps lie " +
                 spoken(std::chrono::duration_cast<Duration>(*event.timestamp - *first_stamp_)) +
                 " apart after " + spoken(waited);
}

void Chain::get_over() {
  if (state_ == State::failed && failure_.reason == Reason::agent_error) state_ = before_failure_;
}

std::string Chain::strange() const {
  if (not_understood_ == 0) return {};
  std::string text =
      std::to_string(not_understood_) + (not_understood_ == 1 ? " frame" : " frames") + " not understood";
  for (auto name = strange_.begin(); name != strange_.end(); ++name)
    text += (name == strange_.begin() ? ": " : ", ") + *name;
  return strange_.size() == strange_kept ? text + ", …" : text;
}

void Chain::fail(Reason reason, std::string detail) {
  before_failure_ = state_;
  state_ = State::failed;
  failure_ = {reason, std::move(detail) + ", " + progress()};
}

Chain::Wait Chain::wait() const {
  const Steady end = asked_ + limits_.completion;
  if (state_ == State::silent) return {std::min(asked_ + limits_.first_event, end), Reason::no_start};
  if (const auto tool = tools_.oldest())
    return {std::min(tool->since + limits_.tool, end), Reason::tool_stuck};
  return {std::min(last_ + limits_.gap, end), Reason::stalled};
}

Failure Chain::silence(Steady now) const {
  if (!other_.empty()) return {Reason::misrouted, other_ + " came where ours was due, " + progress()};
  if (state_ == State::silent) {
    if (late_ends_ > 0)
      return {Reason::late, "the answer to an earlier request came, ours did not: " + progress() + " in " +
                                spoken(now - asked_)};
    return {Reason::no_start, progress() + " in " + spoken(now - asked_)};
  }
  if (!after_end_.empty())
    return {Reason::chain_order, after_end_ + " came after " + stages_.back().name + ", " + progress()};
  if (const auto tool = tools_.oldest())
    return {Reason::tool_stuck,
            "tool " + tool->name + " has not completed in " + spoken(now - tool->since) + ", " + progress()};
  if (now - last_ < (now - asked_) / 4)  // events came until our time was up
    return {Reason::stalled, "no end in " + spoken(now - asked_) + ", the last was " + last_name_ + " " +
                                 spoken(now - last_) + " before, " + progress()};
  return {Reason::stalled, "nothing for " + spoken(now - last_) + " after " + last_name_ + ", " + progress()};
}

std::optional<Failure> Chain::incomplete() const {
  std::string missing;
  for (const Stage& stage : stages_) {
    if (!stage.at && !stage.optional) missing += (missing.empty() ? "" : ", ") + stage.name;
  }
  if (!missing.empty())
    return Failure{Reason::chain_incomplete,
                   stages_.back().name + " came without " + missing + ", " + progress()};
  if (const auto tool = tools_.never_ended())
    return Failure{Reason::chain_incomplete,
                   stages_.back().name + " came before tool " + *tool + " completed"};
  return std::nullopt;
}

void Chain::disown() {
  if (run_.empty()) {  // cannot be told from what follows: all of it was the earlier run's
    const std::size_t late = late_ + times_.size(), ends = late_ends_ + 1;
    log_.clear();
    look_again(identity_);
    late_ = late;
    late_ends_ = ends;
    return;
  }
  ChainIdentity identity = identity_;
  identity.earlier.insert(run_);
  look_again(std::move(identity));
}

bool Chain::ends_beside(const AgentEvent& event) const {
  if (event.name != stages_.back().name || event.run_id.empty() || run_.empty() || event.run_id == run_)
    return false;
  const Whose owner = whose(event);
  return owner == Whose::other || (owner == Whose::nested && state_ == State::ended);
}

void Chain::own(const std::string& run_id) {
  ChainIdentity identity = identity_;
  if (identity.earlier.erase(run_id) > 0) look_again(std::move(identity));
}

bool Chain::claim() {
  if (state_ != State::silent || late_ends_ > 0 || begun_again_.empty()) return false;
  own(std::string(begun_again_));
  return true;
}

void Chain::look_again(ChainIdentity identity) {
  std::vector<std::string> names;
  std::set<std::string> optional;
  for (const Stage& stage : stages_) {
    names.push_back(stage.name);
    if (stage.optional) optional.insert(stage.name);
  }
  Chain again(names, limits_, std::move(identity), asked_, optional);
  again.not_understood_ = not_understood_;
  again.strange_ = strange_;
  again.warned_ = warned_;
  again.complaint_ = complaint_;
  for (const Arrival& arrival : log_) {
    again.take(arrival.event, arrival.at);
    if (!complaint_.empty()) again.get_over();
  }
  *this = std::move(again);
}

std::set<std::string> Chain::run_ids() const {
  std::set<std::string> ids = seen_runs_;
  if (identity_.earlier.size() < 4 * names_kept)
    ids.insert(identity_.earlier.begin(), identity_.earlier.end());
  return ids;
}

std::size_t Chain::reached() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(stages_, [](const Stage& stage) { return stage.at.has_value(); }));
}

std::size_t Chain::due() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(stages_, [](const Stage& stage) { return stage.at || !stage.optional; }));
}

std::string Chain::progress() const {
  return std::to_string(reached()) + " of " + std::to_string(due()) + " events";
}

}  // namespace answerback::probes
