// blackbox.yml as it is: the example of blackbox_exporter's documentation, in our words, and what we lack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "blackbox/http_settings.h"
#include "blackbox/settings.h"
#include "config/open.h"

namespace answerback::blackbox {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class File {
 public:
  explicit File(const std::string& text) {
    char name[] = "/tmp/answerback-blackbox-XXXXXX";
    ::close(mkstemp(name));
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Settings reading(const std::string& text) {
  const File file(text);
  config::Diagnostics diagnostics;
  auto root = config::open(file.path(), diagnostics);
  EXPECT_TRUE(root) << diagnostics.text();
  Settings settings;
  if (root) read_modules(*root, diagnostics, settings);
  return settings;
}

constexpr std::string_view example = R"yaml(modules:
  http_2xx_example:
    prober: http
    timeout: 5s
    http:
      valid_http_versions: ["HTTP/1.1", "HTTP/2.0"]
      valid_status_codes: []
      method: GET
      headers:
        Host: vhost.example.com
        Accept-Language: en-US
        Origin: example.com
      no_follow_redirects: false
      fail_if_ssl: false
      fail_if_not_ssl: false
      fail_if_body_matches_regexp:
        - "Could not connect to database"
      fail_if_body_not_matches_regexp:
        - "Download the latest version here"
      fail_if_header_matches:
        - header: Set-Cookie
          allow_missing: true
          regexp: '.*'
      fail_if_header_not_matches:
        - header: Access-Control-Allow-Origin
          regexp: '(\*|example\.com)'
      tls_config:
        insecure_skip_verify: false
      preferred_ip_protocol: "ip4"
      ip_protocol_fallback: false
  http_with_proxy:
    prober: http
    http:
      proxy_url: "http://127.0.0.1:3128"
      skip_resolve_phase_with_proxy: true
  http_post_2xx: {prober: http, timeout: 5s, http: {method: POST, headers: {Content-Type: application/json}, body: '{}'}}
  http_basic_auth_example:
    prober: http
    http:
      basic_auth: {username: username, password: mysecret}
  http_gzip: {prober: http, http: {method: GET, compression: gzip, headers: {Accept-Encoding: gzip}}}
  tls_connect: {prober: tcp, timeout: 5s, tcp: {tls: true}}
  tcp_connect_example: {prober: tcp, timeout: 5s}
  smtp_starttls:
    prober: tcp
    tcp:
      query_response:
        - expect: "^220 ([^ ]+) ESMTP (.+)$"
        - send: "EHLO prober\r"
        - starttls: true
  irc_banner_example:
    prober: tcp
    tcp:
      query_response:
        - send: "NICK prober"
        - expect: "PING :([^ ]+)"
          send: "PONG ${1}"
  icmp_example:
    prober: icmp
    timeout: 5s
    icmp: {preferred_ip_protocol: "ip4", source_ip_address: "127.0.0.1"}
  dns_udp_example:
    prober: dns
    timeout: 5s
    dns:
      query_name: "www.prometheus.io"
      query_type: "A"
      valid_rcodes:
      - NOERROR
      validate_answer_rrs:
        fail_if_matches_regexp:
        - ".*127.0.0.1"
        fail_if_all_match_regexp:
        - ".*127.0.0.1"
        fail_if_not_matches_regexp:
        - "www.prometheus.io.\t300\tIN\tA\t127.0.0.1"
        fail_if_none_matches_regexp:
        - "127.0.0.1"
      validate_authority_rrs:
        fail_if_matches_regexp:
        - ".*127.0.0.1"
      validate_additional_rrs:
        fail_if_matches_regexp:
        - ".*127.0.0.1"
  dns_tcp_example:
    prober: dns
    dns:
      transport_protocol: "tcp"
      preferred_ip_protocol: "ip4"
      dns_over_tls: true
      query_class: CH
      query_name: "www.prometheus.io"
  grpc_plain: {prober: grpc, grpc: {tls: false, service: "service1"}}
  grpc_tls: {prober: grpc, timeout: 5s, grpc: {preferred_ip_protocol: ip6, ip_protocol_fallback: false, tls: true, tls_config: {insecure_skip_verify: false}}}
  ws_example: {prober: websocket, websocket: {query_response: [{expect: a}]}}
)yaml";

TEST(Modules, TheExampleIsReadAsItIs) {
  const Settings settings = reading(std::string(example));
  ASSERT_EQ(settings.modules.size(), 15U);
  for (const auto& [name, module] : settings.modules) {
    const bool lacking = name == "http_with_proxy" || name == "ws_example";
    EXPECT_EQ(module.prober != nullptr, !lacking) << name << ": " << module.unusable;
  }
  EXPECT_EQ(settings.modules.at("http_2xx_example").timeout, 5s);
  EXPECT_EQ(settings.modules.at("http_with_proxy").timeout, Duration{});
  constexpr std::string_view left_out = "not supported by answerback: this module is left out";
  EXPECT_THAT(
      settings.lacking,
      ElementsAre(EndsWith(":34:18: modules.http_with_proxy.http.proxy_url: " + std::string(left_out)),
                  EndsWith(":95:24: modules.ws_example.prober: " + std::string(left_out))));
}

TEST(Modules, WhatIsWrongCostsItsModuleOnly) {
  struct Case {
    const char *section, *says;
  };
  constexpr Case cases[] = {
      {"{prober: http, http: {methud: GET}}", "unknown key (did you mean \"method\"?)"},
      {"{prober: http, http: {fail_if_body_matches_regexp: ['(']}}", "no regular expression"},
      {"{prober: http, http: {fail_if_header_matches: [{header: a}]}}", "regexp: required"},
      {"{prober: http, http: {compression: br}}", "only gzip, deflate and identity"},
      {"{prober: http, http: {body_size_limit: lots}}", "no size"},
      {"{prober: http, http: {body_size_limit: 1GB, fail_if_body_matches_regexp: [a]}}", "16MB"},
      {"{prober: http, http: {valid_http_versions: [HTTP/2.0]}}", "HTTP/1.1 only"},
      {"{prober: http, http: {preferred_ip_protocol: ip5}}", "must be one of"},
      {"{prober: http, http: {headers: {A: \"b\\r\\nC: d\"}}}", "line break"},
      {"{prober: http, http: {bearer_token_file: /nonexistent}}", "no such file"},
      {"{prober: http, http: {oauth2: {client_id: a}}}", "not supported"},
      {"{prober: http, http: {tls_config: {cert_file: a}}}", "come together"},
      {"{prober: tcp, tcp: {source_ip_address: here}}", "source_ip_address: is no IP address"},
      {"{prober: tcp, tcp: {tls_config: {crl_check: {enabled: true}}}}", "crl_check: not supported"},
      {"{prober: dns}", "dns.query_name: required"},
      {"{prober: dns, dns: {query_name: a..b}}", "query_name: is no name"},
      {"{prober: dns, dns: {query_name: 'münchen.de'}}", "xn--"},
      {"{prober: dns, dns: {query_name: a, query_type: NOPE}}", "query_type: not known"},
      {"{prober: dns, dns: {query_name: a, query_class: NOPE}}", "query_class: not known"},
      {"{prober: dns, dns: {query_name: a, transport_protocol: sctp}}", "must be one of"},
      {"{prober: dns, dns: {query_name: a, dns_over_tls: true}}", "needs transport_protocol: tcp"},
      {"{prober: dns, dns: {query_name: a, valid_rcodes: [nope]}}", "valid_rcodes[0]: is no response code"},
      {"{prober: dns, dns: {query_name: a, validate_answer_rrs: {fail_if_matches_regexp: ['(']}}}",
       "fail_if_matches_regexp[0]: no regular expression"},
      {"{prober: dns, dns: {query_name: a, validate_answer_rrs: {fail_if_match: [a]}}}", "unknown key"},
      {"{prober: dns, dns: {query_name: a, source_ip_address: 1.2.3}}", "is no IP address"},
      {"{prober: grpc, grpc: {metadata: {a: [b]}}}", "metadata: not supported"},
      {"{prober: grpc, grpc: {sevice: a}}", "unknown key (did you mean \"service\"?)"},
      {"{prober: icmp, icmp: {ttl: 256}}", "ttl: "},
      {"{prober: icmp, icmp: {payload_size: 65508}}", "payload_size: "},
      {"{prober: icmp, icmp: {dont_fragment: perhaps}}", "dont_fragment: "},
      {"{prober: websocket}", "not supported"},
      {"{prober: tcp, tcp: {query_response: [{expect: '('}]}}", "no regular expression"},
      {"{prober: tcp, timeout: soon}", "not a duration"},
      {"{prober: unix}", "not supported"},
      {"{timeout: 5s}", "prober: required"},
      {"{prober: tcp, tpc: {}}", "unknown key"},
  };
  for (const Case& each : cases) {
    const Settings settings =
        reading(std::string("modules:\n  bad: ") + each.section + "\n  good: {prober: http}\n");
    ASSERT_EQ(settings.modules.size(), 2U);
    EXPECT_EQ(settings.modules.at("bad").prober, nullptr) << each.section;
    EXPECT_THAT(settings.modules.at("bad").unusable, HasSubstr(each.says)) << each.section;
    EXPECT_THAT(settings.modules.at("bad").unusable, HasSubstr(":2:")) << each.section;
    EXPECT_NE(settings.modules.at("good").prober, nullptr) << each.section;
  }
}

TEST(Modules, SectionsOfOtherProbersMeanNothing) {
  const Settings settings = reading("modules: {a: {prober: tcp, http: {nonsense: 1}, dns: {query_name: a}}}");
  EXPECT_NE(settings.modules.at("a").prober, nullptr) << settings.modules.at("a").unusable;
}

TEST(Modules, SecretsAreTakenOut) {
  const Settings settings = reading(std::string(example));
  EXPECT_EQ(settings.modules.at("tcp_connect_example").redactor->taken_out_of("it said mysecret"),
            "it said <secret>");
}

TEST(Modules, AFileThatCannotBeReadIsAnErrorAsAWhole) {
  for (const char* text : {"modules: [", "modules: {a: {prober: tcp}, a: {prober: http}}", "just text"}) {
    const File file(text);
    config::Diagnostics diagnostics;
    EXPECT_FALSE(config::open(file.path(), diagnostics) && diagnostics.ok()) << text;
  }
  config::Diagnostics diagnostics;
  EXPECT_FALSE(config::open("/nonexistent", diagnostics));
}

}  // namespace
}  // namespace answerback::blackbox
