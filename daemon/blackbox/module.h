#pragma once
// A module of blackbox.yml, and a run of it. A module is constant; each request makes a probe of its own,
// which the engine runs once and which is then asked what it has seen.

#include <expected>
#include <map>
#include <memory>
#include <string>

#include "blackbox/page.h"
#include "blackbox/targets.h"
#include "model/redactor.h"
#include "probe/probe.h"

namespace answerback::blackbox {

class ModuleProbe : public Probe {
 public:
  // What blackbox_exporter shows of such a run beyond success and duration; of a run that was cut short, as
  // far as it came. Not while run() is being executed, between its steps only.
  virtual void show(const RunRecord&, Page&) const = 0;
};

// What a request asks for besides the module.
struct Target {
  std::string text;      // ?target=
  std::string hostname;  // ?hostname=; empty where there is none
  std::shared_ptr<const Targets> allowed;
};

struct Refused {  // an HTTP status, and a text for people
  int status = 400;
  std::string why;
};

class Prober {
 public:
  virtual ~Prober() = default;
  // 400: no such target for this module; 403: must not be looked at.
  virtual std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target&, Services&) const = 0;
};

struct Module {
  std::string prober_name;                    // "http"
  Duration timeout{};                         // zero: none of its own
  std::shared_ptr<const Prober> prober = {};  // null where it could not be loaded
  std::string unusable = {};                  // and why: "blackbox.yml:7:5: modules.a.http.proxy_url: not …"
  std::shared_ptr<const Redactor> redactor = {};  // of all secrets in the file
};
using Modules = std::map<std::string, Module, std::less<>>;

}  // namespace answerback::blackbox
