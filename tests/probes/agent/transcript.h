#pragma once
// A chain of events in a compact form, and what comes of it.
//
//   "0 s | 100 t | 250 x tool=calc | 300 c tool=calc | 400 e a=$P"
//
// Each event: milliseconds since the request, a name (s t x c e for the usual five, others in full), fields.
// Without `run=` an event is of run R1; `run=-` leaves it out. In values `_` is a space, $P the right
// product, $Q the question, $OLD the product of an earlier request, $A the
// answer given beside the transcript.

#include <boost/json.hpp>
#include <map>
#include <sstream>
#include <string>

#include "probes/agent/canary.h"
#include "probes/agent/chain.h"

namespace answerback::probes {

inline const Challenge asked{"What is the product of 47 and 83?", 3901};
inline constexpr std::uint64_t earlier_product = 2021;
inline const std::vector<std::string> five(std::begin(usual_chain), std::end(usual_chain));

inline std::string value_of(std::string text, const std::string& answer) {
  const std::pair<std::string, std::string> fills[] = {{"_", " "},
                                                       {"$P", std::to_string(asked.product)},
                                                       {"$OLD", std::to_string(earlier_product)},
                                                       {"$Q", asked.question},
                                                       {"$A", answer}};
  for (const auto& [mark, fill] : fills) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += fill.size())
      text.replace(at, mark.size(), fill);
  }
  return text;
}

inline std::string frame_of(std::istringstream& words, Shape shape, const std::string& answer) {
  const std::map<std::string, std::string> short_names{
      {"s", five[0]}, {"t", five[1]}, {"x", five[2]}, {"c", five[3]}, {"e", five[4]}};
  const std::map<std::string, std::string> keys{
      {"run", "run_id"},        {"thread", "thread_id"},    {"user", "user_id"},
      {"agent", "agent_name"},  {"parent", "parent_agent"}, {"tool", "tool_name"},
      {"call", "tool_call_id"}, {"a", "final_response"},    {"msg", "message"}};
  std::string name, field;
  words >> name;
  if (short_names.contains(name)) name = short_names.at(name);
  boost::json::object fields{{"run_id", "R1"}};
  while (words >> field) {
    const std::size_t equals = field.find('=');
    const std::string key = field.substr(0, equals), value = value_of(field.substr(equals + 1), answer);
    if (key == "ms")
      fields["duration_ms"] = std::stoi(value);
    else
      fields[keys.contains(key) ? keys.at(key) : key] = value;
    if (key == "run" && value == "-") fields.erase("run_id");
  }
  boost::json::object frame;
  if (shape == Shape::carrier) fields["event"] = name;
  if (shape == Shape::root) frame = fields;
  frame["type"] = shape == Shape::carrier ? "agent_progress" : name;
  if (shape == Shape::data || shape == Shape::carrier) frame["data"] = fields;
  if (shape == Shape::payload) frame["payload"] = fields;
  return boost::json::serialize(frame);
}

struct Played {
  Chain chain;
  std::string outcome;  // "pass" or the reason
  std::string detail;
};

// Plays the transcript, as a dialogue would, and then waits in vain.
inline Played play(const std::string& transcript, const std::vector<std::string>& stages = five,
                   Shape shape = Shape::data, const std::string& earlier_answer = {},
                   const std::set<std::string>& optional = {}, const std::string& answer = {}) {
  const Steady began(std::chrono::hours(1));
  Played played{Chain(stages, {}, {"me", {"R0"}}, began, optional), {}, {}};
  Chain& chain = played.chain;
  std::istringstream events(transcript);
  for (std::string event; std::getline(events, event, '|');) {
    std::istringstream words(event);
    int ms = 0;
    if (!(words >> ms)) continue;
    chain.take(read_event(frame_of(words, shape, answer), stages), began + std::chrono::milliseconds(ms));
    while (chain.state() == Chain::State::ended && !answers(chain.answer(), asked) &&
           answers(chain.answer(), Challenge{{}, earlier_product}))
      chain.disown();
  }
  std::optional<Failure> failure;
  if (chain.state() == Chain::State::failed) {
    failure = chain.failure();
  } else if (chain.state() != Chain::State::ended) {
    failure = chain.silence(chain.wait().until);
  } else if (failure = chain.incomplete(); !failure) {
    const std::vector<Exchange> earlier{{"What is the product of 43 and 47?", earlier_answer}};
    failure = judge_answer({.challenge = asked,
                            .answer = chain.answer(),
                            .earlier = earlier,
                            .times = chain.times(),
                            .overclaim = chain.overclaim(),
                            .took = *chain.stages().back().at - chain.asked()},
                           usual_canned);
  }
  played.outcome = failure ? std::string(name(failure->reason)) : "pass";
  if (failure) played.detail = failure->detail;
  return played;
}

}  // namespace answerback::probes
