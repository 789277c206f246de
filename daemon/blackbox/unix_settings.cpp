#include "blackbox/unix_settings.h"

#include <algorithm>

namespace answerback::blackbox {

UnixModule read_unix(config::Fields& fields) {
  UnixModule module;
  module.query_response = read_query_response(fields);
  module.tls = fields.flag("tls", false, "");
  module.tls_config = read_tls_config(fields);
  lacks_when_set(fields, {"check_revoked"});
  const bool turns = module.tls || std::ranges::any_of(module.query_response, &QueryResponse::starttls);
  if (turns && module.tls_config.server_name.empty() && !module.tls_config.insecure_skip_verify)
    fields.error("tls_config",
                 "needs server_name: a path is no name of a certificate, so this could never succeed");
  return module;
}

}  // namespace answerback::blackbox
