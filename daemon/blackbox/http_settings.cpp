#include "blackbox/http_settings.h"

#include <algorithm>
#include <charconv>

#include "blackbox/http_client.h"
#include "net/http_request.h"

namespace answerback::blackbox {
namespace {

std::expected<std::uint64_t, std::string> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    unsigned shift;
  };
  constexpr Unit units[] = {{"B", 0},    {"KB", 10}, {"KiB", 10}, {"MB", 20},
                            {"MiB", 20}, {"GB", 30}, {"GiB", 30}, {"", 0}};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view name(end, text.data() + text.size());
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (error != std::errc() || unit == std::end(units) || number > (UINT64_MAX >> 32U))
    return std::unexpected("no size: write it as 10MB");
  return number << unit->shift;
}

std::vector<HeaderRule> read_header_rules(config::Fields& fields, std::string_view key) {
  std::vector<HeaderRule> rules;
  for (config::Fields& each : fields.children(key, "")) {
    std::string header = each.required_text("header", "");
    const std::string regexp = each.required_text("regexp", "");
    const bool allow_missing = each.flag("allow_missing", false, "");
    auto pattern = probes::Pattern::parse(regexp);
    if (!pattern) {
      each.error("regexp", pattern.error());
    } else {
      rules.push_back({std::move(header), *std::move(pattern), allow_missing});
    }
  }
  return rules;
}

void read_body_rules(config::Fields& fields, HttpModule& module) {
  module.body_matches = read_patterns(fields, "fail_if_body_matches_regexp");
  module.body_not_matches = read_patterns(fields, "fail_if_body_not_matches_regexp");
  lacks(fields, {"fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"});
  const auto limit = fields.parsed<std::uint64_t>("body_size_limit", "", "", parse_size);
  module.body.keep = !module.body_matches.empty() || !module.body_not_matches.empty();
  if (limit > 0) {
    module.body.bytes = limit;
  } else if (module.body.keep) {
    module.body.bytes = looked_into_at_most;
  }
  constexpr std::uint64_t most = 16 * looked_into_at_most;
  if (module.body.keep && module.body.bytes > most)
    fields.error("body_size_limit", "answerback looks into 16MB at the most");
}

void read_coding(config::Fields& fields, HttpModule& module) {
  const std::string coding = fields.text("compression", "", "");
  if (coding == "gzip") {
    module.coding = Coding::gzip;
  } else if (coding == "deflate") {
    module.coding = Coding::deflate;
  } else if (!coding.empty() && coding != "identity") {
    fields.error("compression", "not supported by answerback: only gzip, deflate and identity are");
  }
  if (!coding.empty() && !net::find_header(module.request.headers, "Accept-Encoding"))
    module.request.headers.emplace_back("Accept-Encoding", coding);
}

}  // namespace

HttpModule read_http(config::Fields& fields, std::vector<Secret>& secrets) {
  HttpModule module;
  module.valid_status_codes = fields.integers("valid_status_codes", "");
  module.valid_http_versions = fields.texts("valid_http_versions", "");
  const auto& versions = module.valid_http_versions;
  if (!versions.empty() &&
      std::ranges::none_of(versions, [](const std::string& v) { return v.starts_with("HTTP/1."); }))
    fields.error("valid_http_versions", "not supported by answerback: it speaks HTTP/1.1 only");
  module.request.method = fields.text("method", "GET", "");
  for (const auto& [name, value] : fields.secret_map("headers", ""))
    module.request.headers.emplace_back(name, value.reveal());
  module.request.body = fields.text("body", "", "");
  if (std::string other = read_contents(fields, "body_file", nullptr); !other.empty())
    module.request.body = std::move(other);
  HttpClient client = read_http_client(fields, secrets);
  for (auto& header : client.headers) module.request.headers.push_back(std::move(header));
  module.request.url.userinfo = std::move(client.userinfo);
  module.request.tls = std::move(client.tls);
  module.request.limits.body_bytes = SIZE_MAX / 2;  // counted and limited by Body

  module.follow_redirects = fields.flag("follow_redirects", true, "");
  if (fields.flag("no_follow_redirects", false, "")) module.follow_redirects = false;
  module.fail_if_ssl = fields.flag("fail_if_ssl", false, "");
  module.fail_if_not_ssl = fields.flag("fail_if_not_ssl", false, "");
  module.header_matches = read_header_rules(fields, "fail_if_header_matches");
  module.header_not_matches = read_header_rules(fields, "fail_if_header_not_matches");
  read_body_rules(fields, module);
  read_coding(fields, module);
  module.ip = read_ip_choice(fields);
  lacks_when_set(fields, {"enable_http3", "check_revoked"});
  lacks(fields, {"valid_tls_alert_codes"});
  (void)fields.flag("skip_resolve_phase_with_proxy", false, "");
  if (auto why = net::unsendable(module.request)) fields.error("headers", why->detail);
  return module;
}

}  // namespace answerback::blackbox
