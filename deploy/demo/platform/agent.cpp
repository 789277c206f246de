#include "platform/agent.h"

#include <boost/json/serialize.hpp>

#include "platform/arithmetic.h"
#include "platform/riddles.h"
#include "platform/sign_in.h"

namespace demo {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* started = "agent_started";
constexpr const char* thinking = "agent_thinking";
constexpr const char* tool_executing = "tool_executing";
constexpr const char* tool_completed = "tool_completed";
constexpr const char* completed = "agent_completed";

// Sends a run's events as the switches have them.
class Chain {
 public:
  Chain(CorePtr core, std::shared_ptr<Outlet> outlet, const Job& job)
      : core_(std::move(core)), outlet_(std::move(outlet)), job_(job), gap_(core_->options.event_gap) {}

  void gap(milliseconds gap) { gap_ = gap; }
  void agent(const char* name) { agent_ = name; }

  // After the gap, but for the first. False: nobody listens any more.
  asio::awaitable<bool> send(const char* event, json::object fields = {}) {
    if (on(Fault::agent_dies) && sent_ >= static_cast<std::size_t>(core_->faults.value(Fault::agent_dies)))
      co_return false;
    if (sent_ > 0 && !co_await pause(gap_)) co_return false;
    if (!outlet_->open()) co_return false;
    if (on(Fault::garbage)) litter();
    fields["agent_name"] = agent_;
    const bool stray = on(Fault::wrong_run) && sent_ > 0;
    fields["run_id"] = stray ? stray_run_ : job_.run;
    fields["thread_id"] = stray ? stray_thread_ : job_.thread;
    fields["user_id"] = stray ? "somebody-else" : job_.user;
    fields["timestamp"] = timestamp();
    const Shape shape = on(Fault::shape_change) ? shape_after(core_->options.shape) : core_->options.shape;
    const std::string frame = event_frame(shape, event, std::move(fields));
    if (on(Fault::duplicate)) outlet_->text(frame);
    outlet_->text(frame);
    if (on(Fault::leak))
      for (const auto& other : core_->roll.others(job_.user)) other->text(frame);
    if (sent_++ == 0 && on(Fault::flood)) flood();
    co_return true;
  }

 private:
  bool on(Fault fault) const { return core_->faults.on(fault); }

  void litter() {
    outlet_->text("{\"type\":\"agent_thin");
    outlet_->text("not json at all");
    outlet_->binary(std::string("\x00\xff\x01\xfe", 4));
  }
  void flood() {
    std::string content(static_cast<std::size_t>(core_->faults.value(Fault::flood)), 'x');
    outlet_->text(
        json::serialize(json::object{{"type", "progress_update"}, {"data", {{"content", content}}}}));
  }

  CorePtr core_;
  std::shared_ptr<Outlet> outlet_;
  const Job& job_;
  milliseconds gap_;
  std::string stray_run_ = random_id(), stray_thread_ = random_id();
  const char* agent_ = "demo_agent";
  std::size_t sent_ = 0;
};

json::object thought(std::string_view text) { return {{"reasoning", text}}; }

json::object tool_call(const std::string& question) {
  if (const auto note = note_asked_for(question))
    return {{"tool_name", "notes"}, {"parameters", {{"name", *note}}}};
  const auto found = find_multiplication(question);
  const std::string expression =
      found ? std::to_string(found->left) + " * " + std::to_string(found->right) : "";
  return {{"tool_name", "calculator"}, {"parameters", {{"expression", expression}}}};
}

json::object tool_result(const std::string& question) {
  if (note_asked_for(question)) return {{"tool_name", "notes"}};
  const auto found = find_multiplication(question);
  return {{"tool_name", "calculator"},
          {"result", found ? json::value(found->product()) : json::value(nullptr)}};
}

json::object final_answer(std::string_view answer, std::int64_t claimed_ms) {
  return {{"final_response", answer}, {"duration_ms", claimed_ms}};
}

// The handler that answers when there is no agent: all five events, no thought, no model, no database.
asio::awaitable<void> canned(Chain chain, std::string question) {
  chain.gap(milliseconds(100));
  if (!co_await chain.send(started)) co_return;
  if (!co_await chain.send(thinking, thought("Processing your message"))) co_return;
  if (!co_await chain.send(tool_executing, {{"tool_name", "processor"}})) co_return;
  if (!co_await chain.send(tool_completed, {{"tool_name", "processor"}, {"result", "done"}})) co_return;
  co_await chain.send(completed, final_answer("Agent processed your message: " + question, 2000));
}

// A mock behind the whole machinery: no model, and more time claimed than passed.
asio::awaitable<void> simulated(Chain chain, std::string question) {
  if (!co_await chain.send(started)) co_return;
  if (!co_await chain.send(thinking, thought("Thinking"))) co_return;
  chain.gap(milliseconds(35));
  if (!co_await chain.send(tool_executing, {{"tool_name", "mock_tool"}})) co_return;
  chain.gap(milliseconds(10));
  if (!co_await chain.send(tool_completed, {{"tool_name", "mock_tool"}, {"duration_ms", 1500}})) co_return;
  co_await chain.send(completed, final_answer("This is a simulated response to: " + question, 2000));
}

// A sub-agent's own whole chain. It ends with an agent_completed that is not the end of the run.
asio::awaitable<bool> nested(Chain& chain) {
  chain.agent("research_agent");
  bool listening = co_await chain.send(started, {{"parent_agent", "demo_agent"}}) &&
                   co_await chain.send(thinking, thought("Looking for what is known"));
  listening = listening && co_await chain.send(tool_executing, {{"tool_name", "search"}}) &&
              co_await chain.send(tool_completed, {{"tool_name", "search"}, {"result", "nothing new"}});
  listening = listening &&
              co_await chain.send(completed, final_answer("Research is done, nothing new was found.", 1));
  chain.agent("demo_agent");
  co_return listening;
}

std::string off_by_one(const std::string& question) {
  const auto found = find_multiplication(question);
  return found ? product_sentence(*found, found->product() + 1) : "I would rather not say.";
}

// What is in a note is not the model's to know.
asio::awaitable<std::expected<std::string, std::string>> think(CorePtr core, const Job& job) {
  const auto note = note_asked_for(job.text);
  if (!note) co_return co_await core->llm->ask(job.text);
  const auto found = core->notes.find({job.user, *note});
  if (found == core->notes.end()) co_return "You have no note of that name.";
  co_return "Your note says: " + found->second;
}

// The run from the model to the end: the answer, or what the client is to be told went wrong.
asio::awaitable<std::expected<std::string, std::string>> work(CorePtr core, Chain& chain, const Job& job) {
  const auto began = steady_clock::now();
  const bool swapped = core->faults.on(Fault::wrong_order);
  auto answer = co_await think(core, job);
  if (!answer) co_return answer;
  if (core->faults.on(Fault::same_answer)) *answer = "I have completed your request. Anything else?";
  if (core->faults.on(Fault::wrong_answer)) *answer = off_by_one(job.text);

  if (core->faults.on(Fault::missing_tool))
    co_return std::unexpected("the dispatcher has no tool calculator");
  const std::expected<std::string, std::string> unheard("");
  if (!co_await chain.send(swapped ? tool_completed : tool_executing,
                           swapped ? tool_result(job.text) : tool_call(job.text)))
    co_return unheard;
  if (core->faults.on(Fault::tool_stuck)) co_return unheard;
  if (!co_await chain.send(swapped ? tool_executing : tool_completed,
                           swapped ? tool_call(job.text) : tool_result(job.text)))
    co_return unheard;
  const auto finished = co_await core->store.finish(job.run, "completed", *answer);
  if (!finished) co_return std::unexpected(finished.error());
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  if (co_await chain.send(completed, final_answer(*answer, took.count()))) ++core->counters.completed;
  co_return answer;
}

}  // namespace

asio::awaitable<void> run_agent(CorePtr core, std::shared_ptr<Outlet> outlet, Job job) {
  ++core->counters.runs;
  Chain chain(core, outlet, job);
  if (core->faults.on(Fault::canned)) co_return co_await canned(chain, job.text);
  if (core->faults.on(Fault::simulated) || core->faults.on(Fault::mock_registry))
    co_return co_await simulated(chain, job.text);

  const auto fail = [&](const std::string& what) {
    core->journal.note("run " + job.run + " failed: " + what);
    return chain.send("agent_error", {{"error", what}, {"error_type", "AgentExecutionError"}});
  };
  const auto begun = co_await core->store.begin(job);
  if (!begun) {
    co_await fail(begun.error());
    co_return;
  }

  const bool swapped = core->faults.on(Fault::wrong_order);
  const json::object thoughts = thought("I need the calculator for this");
  if (!co_await chain.send(swapped ? thinking : started, swapped ? thoughts : json::object())) co_return;
  if (!co_await chain.send(swapped ? started : thinking, swapped ? json::object() : thoughts)) co_return;
  if (core->faults.on(Fault::agent_error)) {
    co_await fail("the agent raised RuntimeError");
    co_return;
  }
  if (core->faults.on(Fault::agent_death)) {
    co_await chain.send("agent_death", {{"death_cause", "no heartbeat for 10 s"}});
    co_return;
  }
  if (core->faults.on(Fault::timeout_warning))
    co_await chain.send("agent_timeout_warning", {{"message", "the agent is slow"}});
  if (core->faults.on(Fault::agent_fallback)) {
    co_await chain.send("agent_fallback",
                        {{"reason", "agent supervisor not available"},
                         {"message", "I am having trouble right now. Please come back later."}});
    co_return;
  }
  if (core->faults.on(Fault::nested) && !co_await nested(chain)) co_return;

  const auto answer = co_await work(core, chain, job);
  if (answer) co_return;
  co_await fail(answer.error());
  co_await core->store.finish(job.run, "failed", answer.error());
}

}  // namespace demo
