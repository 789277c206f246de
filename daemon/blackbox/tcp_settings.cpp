#include "blackbox/tcp_settings.h"

namespace answerback::blackbox {

TcpModule read_tcp(config::Fields& fields) {
  TcpModule module;
  module.ip = read_ip_choice(fields);
  module.query_response = read_query_response(fields);
  module.tls = fields.flag("tls", false, "");
  module.tls_config = read_tls_config(fields);
  module.source = read_source(fields);
  lacks_when_set(fields, {"check_revoked"});
  lacks(fields, {"valid_tls_alert_codes"});
  return module;
}

}  // namespace answerback::blackbox
