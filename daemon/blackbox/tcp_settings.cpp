#include "blackbox/tcp_settings.h"

namespace answerback::blackbox {

std::vector<QueryResponse> read_query_response(config::Fields& fields, bool may_start_tls) {
  std::vector<QueryResponse> all;
  for (config::Fields& each : fields.children("query_response", "")) {
    QueryResponse step;
    step.expect = each.parsed<std::optional<probes::Pattern>>(
        "expect", "", "",
        [](std::string_view text) -> std::expected<std::optional<probes::Pattern>, std::string> {
          auto pattern = probes::Pattern::parse(text);
          if (!pattern) return std::unexpected(pattern.error());
          return *std::move(pattern);
        });
    step.send = each.text("send", "", "");
    if (may_start_tls) step.starttls = each.flag("starttls", false, "");
    lacks(each, {"labels", "expect_bytes", "send_bytes"});
    all.push_back(std::move(step));
  }
  return all;
}

TcpModule read_tcp(config::Fields& fields) {
  TcpModule module;
  module.ip = read_ip_choice(fields);
  module.query_response = read_query_response(fields, true);
  module.tls = fields.flag("tls", false, "");
  module.tls_config = read_tls_config(fields);
  module.source = read_source(fields);
  return module;
}

}  // namespace answerback::blackbox
