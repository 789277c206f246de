#include "blackbox/settings.h"

#include <algorithm>
#include <array>

#include "blackbox/dns_probe.h"
#include "blackbox/grpc_probe.h"
#include "blackbox/http_probe.h"
#include "blackbox/icmp_probe.h"
#include "blackbox/tcp_probe.h"
#include "blackbox/unix_probe.h"
#include "blackbox/websocket_probe.h"
#include "config/open.h"

namespace answerback::blackbox {
namespace {

using config::Diagnostic;
using config::Fields;

std::shared_ptr<const Prober> make_http(Fields& section, std::vector<Secret>& secrets) {
  return http_prober(read_http(section, secrets));
}
std::shared_ptr<const Prober> make_tcp(Fields& section, std::vector<Secret>&) {
  return tcp_prober(read_tcp(section));
}

std::shared_ptr<const Prober> make_unix(Fields& section, std::vector<Secret>&) {
  return unix_prober(read_unix(section));
}
std::shared_ptr<const Prober> make_websocket(Fields& section, std::vector<Secret>& secrets) {
  return websocket_prober(read_websocket(section, secrets));
}
std::shared_ptr<const Prober> make_dns(Fields& section, std::vector<Secret>&) {
  return dns_prober(read_dns(section));
}
std::shared_ptr<const Prober> make_icmp(Fields& section, std::vector<Secret>&) {
  return icmp_prober(read_icmp(section));
}
std::shared_ptr<const Prober> make_grpc(Fields& section, std::vector<Secret>&) {
  return grpc_prober(read_grpc(section));
}

struct Known {
  std::string_view name;
  std::shared_ptr<const Prober> (*make)(Fields& section, std::vector<Secret>& secrets);
};
constexpr std::array known{
    Known{"http", make_http},          Known{"tcp", make_tcp},   Known{"dns", make_dns},
    Known{"icmp", make_icmp},          Known{"grpc", make_grpc}, Known{"unix", make_unix},
    Known{"websocket", make_websocket}};

std::string sentence(const Diagnostic& wrong) {
  std::string out = wrong.place.file;
  if (wrong.place.line > 0)
    out += ":" + std::to_string(wrong.place.line) + ":" + std::to_string(wrong.place.column);
  return out + ": " + (wrong.path.empty() ? "" : wrong.path + ": ") + wrong.message;
}

Module read_module(Fields& fields, std::vector<Secret>& secrets) {
  Module module{.prober_name = fields.required_text("prober", ""),
                .timeout = fields.optional_duration("timeout", "").value_or(Duration{})};
  for (const Known& each : known) {
    if (each.name != module.prober_name) {
      (void)fields.has(each.name);  // sections of other probers are of no meaning there, either
    } else {
      Fields section = fields.child(each.name, "");
      module.prober = each.make(section, secrets);
    }
  }
  if (!module.prober && !module.prober_name.empty())
    fields.error("prober", "not supported by answerback: this module is left out");
  return module;
}

std::expected<Fields, std::string> open_modules(const std::filesystem::path& path,
                                                config::Diagnostics& diagnostics) {
  auto root = config::open(path, diagnostics);
  if (root && diagnostics.ok()) return *std::move(root);
  std::string why;
  for (const Diagnostic& each : diagnostics.all()) why += (why.empty() ? "" : "; ") + sentence(each);
  return std::unexpected(why);
}

}  // namespace

void read_modules(Fields& root, const config::Diagnostics& diagnostics, Settings& settings) {
  std::vector<Secret> secrets;
  for (auto& [name, fields] : root.named_children("modules", "")) {
    const std::size_t before = diagnostics.all().size();
    Module& module = settings.modules[name];
    module = read_module(fields, secrets);
    fields.finish();
    if (diagnostics.all().size() == before && !diagnostics.full()) continue;
    module.prober = nullptr;
    module.unusable = diagnostics.all().size() == before ? "too much is wrong with the file"
                                                         : sentence(diagnostics.all()[before]);
  }
  root.finish();
  for (const Diagnostic& each : diagnostics.all()) settings.lacking.push_back(sentence(each));

  auto redactor = std::make_shared<Redactor>();
  for (const Secret& each : root.secrets()) redactor->add(each.reveal());
  for (const Secret& each : secrets) redactor->add(each.reveal());
  for (auto& [name, module] : settings.modules) module.redactor = redactor;
}

Settings read_settings(Fields& fields, const std::filesystem::path& folder) {
  Settings settings;
  const auto file = fields.optional_text("config_file", "blackbox_exporter's blackbox.yml, as it is");
  const auto rules =
      fields.texts("allow_targets", "who may be looked at: names, globs, addresses, blocks, paths");
  settings.timeout_offset = fields.duration("timeout_offset", settings.timeout_offset,
                                            "taken off the time Prometheus gives a scrape");
  settings.concurrency = static_cast<int>(fields.integer("concurrency", settings.concurrency, 1, 1000,
                                                         "runs at once; one more is told to come back"));
  Targets targets;
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (auto wrong = targets.allow(rules[i]))
      fields.error("allow_targets[" + std::to_string(i) + "]", *std::move(wrong));
  settings.allowed = std::make_shared<const Targets>(std::move(targets));
  if (file) {
    config::Diagnostics diagnostics;
    auto root = open_modules((folder / *file).lexically_normal(), diagnostics);
    if (root) {
      read_modules(*root, diagnostics, settings);
    } else {
      fields.error("config_file", root.error());
    }
  }
  fields.finish();
  return settings;
}

}  // namespace answerback::blackbox
