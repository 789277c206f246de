#pragma once
// Names of probes become indices: what depends on what, what a capability or a group needs.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/fields.h"

namespace answerback::config {

class Wiring {
 public:
  // `complete` is false when some file could not be read: then a name that is not there may stand in that
  // file, and is no error.
  Wiring(Config& config, bool complete) : config_(config), complete_(complete) {}

  void take_probe(ProbeId, const Fields&);  // its name, unless taken
  // A group's name, unless taken; `root` is the file it stands in.
  void take_group(const std::string& name, Fields root, const Fields& group);

  // The next ones are to be called once all names are taken.
  std::vector<ProbeId> needs(Fields);  // of a capability or a group: at least one
  std::vector<ProbeId> probes(Fields&, std::string_view key, std::string_view doc);  // a list, maybe empty
  std::optional<ProbeId> probe(Fields&, std::string_view key,
                               std::string_view doc);  // one that must be named
  void claims(ProbeId, const Fields&);                 // those named in the `claims` of its type
  void depends_on(ProbeId, Fields&);
  void check_cycles();  // after the last depends_on()

 private:
  struct Taken {
    Place place;
    bool group = false;
    ProbeId id = 0;
  };
  bool take(const std::string& name, Taken taken, Fields blame, const std::string& key);
  std::vector<ProbeId> resolve(Fields& fields, std::string_view key, const std::vector<std::string>& names);

  Config& config_;
  bool complete_;
  std::map<std::string, Taken> taken_;
  std::vector<std::string> probes_;  // the names there are, for hints
};

}  // namespace answerback::config
