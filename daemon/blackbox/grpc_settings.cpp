#include "blackbox/grpc_settings.h"

#include <algorithm>

namespace answerback::blackbox {
namespace {

// Keys are sent in lower case, as gRPC does it.
std::vector<std::pair<std::string, Secret>> read_metadata(config::Fields& fields) {
  auto metadata = fields.secret_lists("metadata", "");
  for (auto& [name, value] : metadata) {
    const std::string key = "metadata." + name;
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!probes::is_grpc_metadata_key(name)) {
      fields.error(key, "is no key of gRPC metadata (a-z 0-9 _ - .), or one of gRPC's own");
    } else if (name.ends_with("-bin")) {
      fields.error(key, "not supported by answerback: binary metadata");
    } else if (std::ranges::any_of(value.reveal(), [](char c) { return c < ' ' || c > '~'; })) {
      fields.error(key, "is no printable ASCII");
    }
  }
  return metadata;
}

}  // namespace

GrpcModule read_grpc(config::Fields& fields) {
  GrpcModule module;
  module.ip = read_ip_choice(fields);
  module.call.service = fields.text("service", "", "");
  module.call.tls = fields.flag("tls", false, "");
  module.tls_config = read_tls_config(fields);
  module.tls_config.alpn = {"h2"};
  module.call.metadata = read_metadata(fields);
  lacks_when_set(fields, {"check_revoked"});
  return module;
}

}  // namespace answerback::blackbox
