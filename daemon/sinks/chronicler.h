#pragma once
// Builds the Chronicle from what happens. Bounded whatever comes, and what comes from far ends is redacted,
// cut and made well-formed before it is kept. Knows what of it has not been written down yet. No I/O, no
// clock.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "model/chronicle.h"
#include "model/event.h"
#include "sinks/day_strip.h"

namespace answerback::sinks {

class Chronicler {
 public:
  struct Limits {
    std::size_t incidents = 256;                  // closed ones; open ones are always kept
    Duration keep = std::chrono::hours(24 * 90);  // after their end
    std::size_t timeline = 64, timeline_first = 16;
    std::size_t moments = 128;
    std::size_t frames = 12, frame_bytes = 512;
    std::size_t lines = 32, line_bytes = 1024;  // of whys, blocks, impacts
  };
  using Redact = std::function<std::string(std::string)>;

  // What differs from what was last written().
  struct Unwritten {
    std::set<std::uint64_t> incidents, dropped;
    bool moments = false;
    std::set<DayPartKey> parts;
    bool urgent() const { return moments || !incidents.empty(); }
  };

  Chronicler(Wall since, Redact, Limits);

  // As it was written down before; comes first. `last_id`: the highest ever given.
  void restore(const Chronicle&, std::uint64_t last_id);

  void take(const Event&);
  void take(const DayPartKey&, const DayPart&);

  // The engine's own book, at some moment before which nothing is left to be taken: what whys and costs of
  // open incidents have become. `holes`: events were lost; what is not known, or still open here, is then
  // taken from the book.
  void compare(const std::vector<Incident>& book, bool holes);
  void forget(Wall now);  // what is older than it is kept, or one too many

  const Unwritten& unwritten() const { return unwritten_; }
  void written();             // it is on disk now
  void nothing_is_written();  // all of it has to be, anew; what was acknowledged stays so

  // `durable`: it is being kept on disk.
  std::shared_ptr<const Chronicle> view(bool durable, std::string degraded) const;

  const IncidentStory* story(std::uint64_t id) const;
  const std::deque<Moment>& moments() const { return moments_; }
  const DayPart* part(const DayPartKey&) const;
  Wall since() const { return since_; }
  std::uint64_t last_id() const { return last_id_; }

 private:
  using Story = std::shared_ptr<const IncidentStory>;

  void on(const auto&) {}  // runs come summed up; of the rest, nothing is kept
  void on(const Transition&);
  void on(const IncidentOpened&);
  void on(const IncidentClosed&);
  void on(const LookingChanged&);
  void on(const Reloaded&);
  void on(const Lifecycle&);

  std::string line(std::string) const;
  Incident kept(Incident) const;
  void add_run(Incident&, const RunRecord&) const;
  void moment(Wall, std::string);
  void tell(const std::string& probe, Moment);  // to its open incident, if there is one
  void change(std::uint64_t id, const std::function<void(IncidentStory&)>&);

  Wall since_;
  Redact redact_;
  Limits limits_;
  std::map<std::uint64_t, Story> stories_;
  std::map<std::string, std::uint64_t> open_;  // by probe
  std::deque<Moment> moments_;
  std::map<std::string, std::vector<DayPart>> days_;
  std::optional<Transition> newest_;  // the transition that opens an incident is told just before it
  std::uint64_t last_id_ = 0;
  std::uint64_t forgotten_ = 0;  // the newest one that was
  Unwritten unwritten_;
};

}  // namespace answerback::sinks
