#include "probes/agent/shapes.h"

#include <algorithm>
#include <sstream>

namespace answerback::probes {
namespace {

using Shapes = std::map<std::string, std::string>;

Shapes parse(std::istringstream text) {
  Shapes shapes;
  for (std::string word; text >> word;) {
    if (const std::size_t equals = word.rfind('='); equals != std::string::npos)
      shapes[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return shapes;
}

std::string print(const Shapes& shapes) {
  std::string text;
  for (const auto& [event, shape] : shapes) text += (text.empty() ? "" : " ") + event + "=" + shape;
  return text;
}

// "data", or "agent_started data, agent_thinking root", in the order of the chain.
std::string spoken(const Shapes& shapes, const Chain& chain) {
  const auto differs = [&](const auto& one) { return one.second != shapes.begin()->second; };
  if (std::ranges::none_of(shapes, differs)) return shapes.begin()->second;
  std::string text;
  for (const Chain::Stage& stage : chain.stages()) {
    if (const auto found = shapes.find(stage.name); found != shapes.end())
      text += (text.empty() ? "" : ", ") + stage.name + " " + found->second;
  }
  return text;
}

}  // namespace

ShapeBaseline::ShapeBaseline(Store& store, const std::string& owner)
    : store_(store),
      key_(owner + "/shapes"),
      known_(parse(std::istringstream(store.get(key_).value_or("")))) {}

std::optional<std::string> ShapeBaseline::changed(const Chain& chain) {
  Shapes now, before;  // of the events both runs had
  bool drift = false, fresh = false;
  for (const Chain::Stage& stage : chain.stages()) {
    if (!stage.at) continue;
    const std::string shape(name(stage.shape));
    const auto known = known_.find(stage.name);
    fresh = fresh || known == known_.end();
    if (known != known_.end()) {
      drift = drift || known->second != shape;
      before[stage.name] = known->second;
      now[stage.name] = shape;
    }
    known_[stage.name] = shape;
  }
  if (drift || fresh) store_.put(key_, print(known_));
  if (!drift) return std::nullopt;
  return "events come with their fields in another shape: " + spoken(now, chain) +
         ", before: " + spoken(before, chain);
}

}  // namespace answerback::probes
