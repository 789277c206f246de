#include "sinks/chronicler.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/text.h"

namespace answerback::sinks {
namespace {

std::string sentence(const Transition& event) {
  std::string out = event.probe + " is " + std::string(name(event.change.to)) + " (was " +
                    std::string(name(event.change.from)) + ")";
  if (!event.run) return out + ": no verdict for too long";
  const ProbeResult& result = event.run->result;
  if (result.reason != Reason::none) {
    out.append(": ").append(name(result.reason)).append(" in ").append(name(event.run->phase));
  }
  if (event.change.to != Health::up && !result.detail.empty()) out.append(": ").append(result.detail);
  return out;
}

std::string because_of(const Transition& event) {
  std::string out;
  for (const std::string& cause : event.causes) {
    if (cause != event.probe) out.append(out.empty() ? "; because of " : ", ").append(cause);
  }
  return out;
}

}  // namespace

Chronicler::Chronicler(Wall since, Redact redact, Limits limits)
    : since_(since), redact_(std::move(redact)), limits_(limits) {}

void Chronicler::restore(const Chronicle& before, std::uint64_t last_id) {
  last_id_ = last_id;
  since_ = before.since;
  for (const Story& story : before.incidents) {
    const Incident& incident = story->incident;
    stories_[incident.id] = story;
    last_id_ = std::max(last_id_, incident.id);
    if (!incident.ended) open_[incident.probe] = incident.id;
  }
  moments_.assign(before.moments.begin(), before.moments.end());
  days_ = before.days;
}

void Chronicler::take(const Event& event) {
  std::visit([this](const auto& each) { on(each); }, event);
}

void Chronicler::on(const Transition& event) {
  Moment moment{event.at, line(sentence(event) + because_of(event))};
  tell(event.probe, moment);
  for (const std::string& cause : event.causes) {
    if (cause != event.probe) tell(cause, moment);
  }
  // The worst reason seen is the incident's (model/incident.h), as the engine's own book has it.
  const auto open = open_.find(event.probe);
  if (open != open_.end() && event.change.to == Health::down && event.run) {
    change(open->second, [&](IncidentStory& story) { story.incident.reason = event.run->result.reason; });
  }
  newest_ = event;
}

void Chronicler::on(const IncidentOpened& event) {
  IncidentStory story{.incident = kept(event.incident), .timeline = {}};
  if (newest_ && newest_->probe == event.incident.probe) {
    if (newest_->run) add_run(story.incident, *newest_->run);
    story.timeline.push_back({newest_->at, line(sentence(*newest_) + because_of(*newest_))});
  }
  const std::uint64_t id = story.incident.id;
  last_id_ = std::max(last_id_, id);
  open_[story.incident.probe] = id;
  stories_[id] = std::make_shared<const IncidentStory>(std::move(story));
  unwritten_.incidents.insert(id);
}

void Chronicler::on(const IncidentClosed& event) {
  const std::uint64_t id = event.incident.id;
  open_.erase(event.incident.probe);
  if (!stories_.contains(id)) stories_[id] = std::make_shared<const IncidentStory>();
  change(id, [&](IncidentStory& story) {
    Incident now = kept(event.incident);
    if (now.frames.empty()) now.frames = std::move(story.incident.frames);
    if (now.detail.empty()) {
      now.detail = std::move(story.incident.detail);
      now.phase = story.incident.phase;
    }
    story.incident = std::move(now);
  });
}

void Chronicler::on(const LookingChanged& event) {
  moment(event.at, event.looking ? "looking again" : "not looking: " + event.why);
}

void Chronicler::on(const Reloaded& event) {
  moment(event.reload.at, event.reload.successful
                              ? "configuration reloaded: " + std::to_string(event.probes) + " probes"
                              : "configuration refused, the old one stays: " + event.reload.error);
}

void Chronicler::on(const Lifecycle& event) { moment(event.at, event.what); }

void Chronicler::take(const DayPartKey& key, const DayPart& sum) {
  add(days_[key.first], sum);
  unwritten_.parts.insert(key);
}

void Chronicler::compare(const std::vector<Incident>& book, bool holes) {
  const auto costs = [](auto& it) {
    return std::tie(it.reason, it.cause, it.whys, it.blocks, it.impacts, it.value_blocked);
  };
  for (const Incident& each : book) {
    const auto found = stories_.find(each.id);
    if (found == stories_.end()) {
      if (!holes || each.id <= forgotten_) continue;
      newest_.reset();
      on(IncidentOpened{each});
      if (each.ended) open_.erase(each.probe);
    } else if (found->second->incident.ended) {
      continue;
    } else if (each.ended) {
      if (holes) on(IncidentClosed{each});
    } else if (Incident now = kept(each); costs(now) != costs(found->second->incident)) {
      change(each.id, [&](IncidentStory& story) { costs(story.incident) = costs(now); });
    }
  }
}

void Chronicler::forget(Wall now) {
  const std::size_t closed = stories_.size() - open_.size();
  std::size_t too_many = closed > limits_.incidents ? closed - limits_.incidents : 0;
  std::erase_if(stories_, [&](const auto& each) {
    const Incident& incident = each.second->incident;
    if (!incident.ended) return false;
    const bool excess = too_many > 0;
    if (!excess && now - *incident.ended <= limits_.keep) return false;
    if (excess) --too_many;
    unwritten_.incidents.erase(incident.id);
    unwritten_.dropped.insert(incident.id);
    forgotten_ = std::max(forgotten_, incident.id);
    return true;
  });
  const Wall yesterday = part_of(now) - day_part * parts_of_a_day;
  std::erase_if(days_,
                [&](const auto& each) { return each.second.empty() || each.second.back().from < yesterday; });
}

void Chronicler::written() {
  for (const std::uint64_t id : std::exchange(unwritten_, {}).incidents) {
    if (stories_.at(id)->durable) continue;
    auto copy = std::make_shared<IncidentStory>(*stories_.at(id));
    copy->durable = true;
    stories_[id] = std::move(copy);
  }
}

void Chronicler::nothing_is_written() {
  for (const auto& [id, story] : stories_) unwritten_.incidents.insert(id);
  for (const auto& [probe, strip] : days_) {
    for (const DayPart& each : strip) unwritten_.parts.emplace(probe, each.from);
  }
  unwritten_.moments = true;
}

std::shared_ptr<const Chronicle> Chronicler::view(bool durable, std::string degraded) const {
  auto made = std::make_shared<Chronicle>();
  made->since = since_;
  made->durable = durable && degraded.empty();
  made->degraded = std::move(degraded);
  made->incidents.reserve(stories_.size());
  for (auto each = stories_.rbegin(); each != stories_.rend(); ++each) {
    made->incidents.push_back(each->second);
  }
  made->moments.assign(moments_.begin(), moments_.end());
  made->days = days_;
  return made;
}

const IncidentStory* Chronicler::story(std::uint64_t id) const {
  const auto found = stories_.find(id);
  return found == stories_.end() ? nullptr : found->second.get();
}

const DayPart* Chronicler::part(const DayPartKey& key) const {
  const auto strip = days_.find(key.first);
  if (strip == days_.end()) return nullptr;
  const auto found = std::ranges::find(strip->second, key.second, &DayPart::from);
  return found == strip->second.end() ? nullptr : &*found;
}

std::string Chronicler::line(std::string text) const {
  return one_line(redact_ ? redact_(std::move(text)) : text, limits_.line_bytes);
}

Incident Chronicler::kept(Incident incident) const {
  const auto cap = [this](std::vector<std::string>& lines) {
    if (lines.size() > limits_.lines) lines.resize(limits_.lines);
    for (std::string& each : lines) each = line(std::move(each));
  };
  for (std::string* each : {&incident.output, &incident.detail}) *each = line(std::move(*each));
  cap(incident.whys);
  cap(incident.blocks);
  cap(incident.impacts);
  auto& frames = incident.frames;
  if (frames.size() > limits_.frames) {
    frames.erase(frames.begin(), frames.end() - static_cast<std::ptrdiff_t>(limits_.frames));
  }
  for (Incident::KeptFrame& each : frames) {
    each.label = line(std::move(each.label));
    each.text = clip(redact_ ? redact_(std::move(each.text)) : each.text, limits_.frame_bytes);
  }
  return incident;
}

// What the run saw, where the incident does not say it already.
void Chronicler::add_run(Incident& incident, const RunRecord& run) const {
  if (incident.detail.empty()) {
    incident.detail = run.result.detail;
    incident.phase = run.phase;
  }
  if (incident.frames.empty()) {
    for (const Frame& each : run.frames) {
      incident.frames.push_back({each.at - run.started, each.label, each.text});
    }
  }
  incident = kept(std::move(incident));
}

void Chronicler::moment(Wall at, std::string what) {
  moments_.push_back({at, line(std::move(what))});
  if (moments_.size() > limits_.moments) moments_.pop_front();
  unwritten_.moments = true;
}

void Chronicler::tell(const std::string& probe, Moment moment) {
  const auto open = open_.find(probe);
  if (open == open_.end()) return;
  change(open->second, [&](IncidentStory& story) {
    story.timeline.push_back(std::move(moment));
    if (story.timeline.size() > limits_.timeline) {
      story.timeline.erase(story.timeline.begin() + static_cast<std::ptrdiff_t>(limits_.timeline_first));
    }
  });
}

// Shown stories never change: a changed one is another.
void Chronicler::change(std::uint64_t id, const std::function<void(IncidentStory&)>& how) {
  auto copy = std::make_shared<IncidentStory>(*stories_.at(id));
  how(*copy);
  copy->durable = false;
  stories_[id] = std::move(copy);
  unwritten_.incidents.insert(id);
}

}  // namespace answerback::sinks
