#include "blackbox/grpc_settings.h"

namespace answerback::blackbox {

GrpcModule read_grpc(config::Fields& fields) {
  GrpcModule module;
  module.ip = read_ip_choice(fields);
  module.call.service = fields.text("service", "", "");
  module.call.tls = fields.flag("tls", false, "");
  module.tls_config = read_tls_config(fields);
  module.tls_config.alpn = {"h2"};
  lacks(fields, {"metadata"});
  return module;
}

}  // namespace answerback::blackbox
