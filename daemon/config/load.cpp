#include <algorithm>
#include <set>
#include <utility>

#include "config/common_keys.h"
#include "config/comparisons.h"
#include "config/config.h"
#include "config/config_state.h"
#include "config/files.h"
#include "config/interpolate.h"
#include "config/silences.h"
#include "config/wiring.h"
#include "model/listen.h"

namespace answerback::config {
namespace {

namespace fs = std::filesystem;

std::expected<std::string, std::string> listen_address(std::string_view text) {
  const auto address = parse_listen(text);
  if (!address) return std::unexpected(address.error());
  return std::string(text);
}

class Loader {
 public:
  Loader(const Environment& environment, const std::vector<std::string>& types, Diagnostics& diagnostics)
      : environment_(environment), types_(types), diagnostics_(diagnostics) {
    config_.state = std::make_shared<Config::State>();
    config_.state->document = std::make_shared<Document>(diagnostics);
  }

  Config load(const fs::path& path) {
    config_.source = path.string();
    if (std::optional<Fields> root = open(path)) {
      const Defaults defaults = read_main(*root);
      std::vector<Fields> roots = {*root};
      for (Fields& included : include(*root, path)) {
        refuse_main_keys(included);
        roots.push_back(included);
      }
      for (Fields& each : roots) read_probes(each, defaults);
      wire(roots);
      for (Fields& each : roots) each.finish();
    }
    return std::move(config_);
  }

 private:
  static constexpr const char* way_on = " (--config.file names another; what may be in it: answerback types)";

  std::optional<Fields> open(const fs::path& path) {
    Document& document = *config_.state->document;
    std::error_code ignored;
    seen_.insert(fs::weakly_canonical(path, ignored));
    auto bytes = read_file(path);
    if (!bytes) {
      complete_ = false;
      const bool nowhere = config_.files.empty() && !fs::exists(path, ignored);
      diagnostics_.add({{path.string()}, "", bytes.error() + (nowhere ? way_on : ""), ""});
      return std::nullopt;
    }
    config_.text += *bytes;
    config_.files.push_back(path);
    Source& source = document.sources.emplace_back(path.string(), *std::move(bytes));
    Node& root = document.roots.emplace_back(parse_yaml(source, document.budget, diagnostics_));
    complete_ = complete_ && !root.unusable;
    config_.text += interpolate(root, environment_, diagnostics_, config_.files);
    auto state = Fields::State::of(config_.state->document, root, "");
    config_.state->roots.push_back(state);
    return Fields(state);
  }

  Defaults read_main(Fields& root) {
    config_.plan.service = root.text("service", "answerback", "what is watched; the root of /health");
    if (config_.plan.service.empty()) root.error("service", "cannot be empty");
    config_.listen =
        root.parsed<std::string>("listen", "0.0.0.0:9797", "address and port to answer on", listen_address);
    config_.state_dir = root.optional_text("state_dir", "where incidents and history are kept").value_or("");
    config_.alerts = root.child("alerts", "who is told when something fails").apart();
    config_.blackbox = root.child("blackbox", "what others may have looked at, at /probe").apart();
    return read_defaults(root.child("defaults", "for probes that do not say otherwise"));
  }

  std::vector<Fields> include(Fields& root, const fs::path& main) {
    const auto patterns = root.texts("include", "further files, relative to this one; * and ? allowed");
    std::vector<Fields> roots;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      const std::string at = "include[" + std::to_string(i) + "]";
      const fs::path pattern = (main.parent_path() / patterns[i]).lexically_normal();
      const bool wild = has_wildcard(patterns[i]);
      if (wild) config_.files.push_back(pattern.has_parent_path() ? pattern.parent_path() : ".");
      const auto paths = wild ? matching(pattern) : std::vector{pattern};
      if (std::error_code error; !wild && (patterns[i].empty() || !fs::exists(pattern, error))) {
        complete_ = false;
        root.error(at, "no such file: " + pattern.string());
        continue;
      }
      for (const fs::path& path : paths) {
        std::error_code ignored;
        if (seen_.contains(fs::weakly_canonical(path, ignored))) {
          if (!wild && fs::equivalent(path, main, ignored)) root.error(at, "a file cannot include itself");
        } else if (std::optional<Fields> opened = open(path)) {
          roots.push_back(*opened);
        }
      }
    }
    return roots;
  }

  static void refuse_main_keys(Fields& root) {
    for (const char* key : {"service", "listen", "state_dir", "defaults", "alerts", "blackbox", "include"})
      if (root.has(key)) root.error(key, "belongs in the main file, not in one that it includes");
  }

  void read_probes(Fields& root, const Defaults& defaults) {
    for (const Fields& child : root.children("probes", "what is looked at")) {
      Fields fields = child.apart();
      const ProbeInfo& probe = config_.plan.probes.emplace_back(read_common(fields, defaults, types_));
      config_.probes.push_back({probe.name, probe.type, fields});
    }
  }

  void wire(std::vector<Fields>& roots) {
    Wiring wiring(config_, complete_);
    for (ProbeId id = 0; id < config_.probes.size(); ++id) wiring.take_probe(id, config_.probes[id].fields);
    for (Fields& root : roots)
      for (const auto& [name, group] : root.named_children("groups", "sets of probes behind one answer"))
        wiring.take_group(name, root, group);
    for (ProbeId id = 0; id < config_.probes.size(); ++id) wiring.depends_on(id, config_.probes[id].fields);
    wiring.check_cycles();
    for (ProbeId id = 0; id < config_.probes.size(); ++id) wiring.claims(id, config_.probes[id].fields);
    for (Fields& root : roots) {
      read_credentials(root);
      for (Fields& fields : root.children("capabilities", "what users get")) read_capability(fields, wiring);
      for (const auto& [name, group] : root.named_children("groups", ""))
        config_.plan.groups.push_back({name, wiring.needs(group)});
      for (Fields& fields : root.children("compare", "what two probes say together"))
        read_comparison(fields, wiring, config_.plan);
      for (Fields& fields : root.children("silences", "when nobody is told"))
        read_silence(fields, wiring, config_.plan);
    }
  }

  void read_credentials(Fields& root) {
    for (const auto& [name, fields] : root.named_children("credentials", "named once, used by probes")) {
      if (const std::string wrong = name_error(name); !wrong.empty())
        root.error("credentials." + name, wrong);
      const bool known =
          std::ranges::any_of(config_.credentials, [&](const auto& other) { return other.first == name; });
      if (known) root.error("credentials." + name, "these credentials are there already, in another file");
      if (!known) config_.credentials.emplace_back(name, fields.apart());
    }
  }

  void read_capability(Fields& fields, Wiring& wiring) {
    constexpr double most = 1e9;
    CapabilityInfo capability;
    capability.name = fields.required_text("name", "what users call it");
    const auto& known = config_.plan.capabilities;
    if (std::ranges::find(known, capability.name, &CapabilityInfo::name) != known.end() &&
        !capability.name.empty())
      fields.error("name", "another capability has this name");
    capability.value = fields.number("value", 1, 0, most, "its share of the whole, in any unit");
    capability.needs = wiring.needs(fields);
    capability.impact = fields.optional_text("impact", "what users lose: a sentence").value_or("");
    config_.plan.capabilities.push_back(std::move(capability));
  }

  const Environment& environment_;
  const std::vector<std::string>& types_;
  Diagnostics& diagnostics_;
  Config config_;
  std::set<fs::path> seen_;
  bool complete_ = true;  // every file could be read
};

}  // namespace

Config load(const fs::path& path, const Environment& environment, const std::vector<std::string>& types,
            Diagnostics& diagnostics) {
  return Loader(environment, types, diagnostics).load(path);
}

}  // namespace answerback::config
