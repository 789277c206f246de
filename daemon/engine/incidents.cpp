#include "engine/incidents.h"

#include <algorithm>
#include <utility>

namespace answerback::engine {

void Incidents::restore(std::vector<Incident> open, std::uint64_t last_id) {
  view_.reset();
  last_id_ = last_id;
  for (Incident& each : open) {
    last_id_ = std::max(last_id_, each.id);
    auto probe = each.probe;
    open_.insert_or_assign(std::move(probe), std::move(each));
  }
}

const Incident* Incidents::find(const std::string& probe) const {
  const auto found = open_.find(probe);
  return found == open_.end() ? nullptr : &found->second;
}

std::vector<std::string> Incidents::probes() const {
  std::vector<std::string> out;
  for (const auto& [probe, incident] : open_) out.push_back(probe);
  return out;
}

const Incident& Incidents::open(Incident incident) {
  view_.reset();
  incident.id = ++last_id_;
  auto probe = incident.probe;
  return open_.insert_or_assign(std::move(probe), std::move(incident)).first->second;
}

void Incidents::worsen(const std::string& probe, Reason reason) {
  const auto found = open_.find(probe);
  if (found == open_.end() || found->second.reason == reason) return;
  view_.reset();
  found->second.reason = reason;
}

void Incidents::reckon(const std::string& probe, const Toll& toll) {
  const auto found = open_.find(probe);
  if (found == open_.end() || !outweighs(toll, found->second)) return;
  view_.reset();
  charge(found->second, toll);
}

std::optional<Incident> Incidents::close(const std::string& probe, Wall at) {
  auto node = open_.extract(probe);
  if (node.empty()) return std::nullopt;
  view_.reset();
  node.mapped().ended = std::max(at, node.mapped().since);  // the wall clock may have been set back
  closed_.push_back(node.mapped());
  if (closed_.size() > shown) closed_.pop_front();
  return std::move(node.mapped());
}

std::shared_ptr<const std::vector<Incident>> Incidents::view() {
  if (view_) return view_;
  std::vector<const Incident*> all;
  for (const auto& [probe, incident] : open_) all.push_back(&incident);
  for (const Incident& incident : closed_) all.push_back(&incident);
  const auto count = std::min(shown, all.size());
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(all, end, std::ranges::greater(), &Incident::id);
  auto view = std::make_shared<std::vector<Incident>>();
  for (auto incident = all.begin(); incident != end; ++incident) view->push_back(**incident);
  return view_ = std::move(view);
}

}  // namespace answerback::engine
