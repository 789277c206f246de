// blackbox.yml as it is: the example of blackbox_exporter's documentation, in our words, and what we lack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "blackbox/http_settings.h"
#include "blackbox/query_response.h"
#include "blackbox/settings.h"
#include "blackbox/websocket_settings.h"
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
  postgresql:
    prober: tcp
    tcp:
      query_response:
      - send: !!binary AAAACATSFi8=
      - expect_bytes: S
      - starttls: true
  unix_socket_ping:
    prober: unix
    timeout: 5s
    unix:
      query_response:
        - send: "PING"
        - expect: "PONG"
  websocket_example:
    prober: websocket
    websocket:
      http_config: {tls_config: {insecure_skip_verify: true}, basic_auth: {username: myuser, password: mypassword}}
      headers: {X-Custom-Header: {values: [custom_value]}}
      query_response: [{expect: "incoming_(.+)", send: "outgoing_${1}"}, {expect: "^passed"}]
)yaml";

TEST(Modules, TheExampleIsReadAsItIs) {
  const Settings settings = reading(std::string(example));
  ASSERT_EQ(settings.modules.size(), 17U);
  for (const auto& [name, module] : settings.modules)
    EXPECT_EQ(module.prober != nullptr, name != "http_with_proxy") << name << ": " << module.unusable;
  EXPECT_EQ(settings.modules.at("http_2xx_example").timeout, 5s);
  EXPECT_EQ(settings.modules.at("http_with_proxy").timeout, Duration{});
  EXPECT_THAT(settings.lacking, ElementsAre(EndsWith(":34:18: modules.http_with_proxy.http.proxy_url: not "
                                                     "supported by answerback: this module is left out")));
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
      {"{prober: grpc, grpc: {metadata: {a: [b], a-bin: c}}}", "metadata.a-bin: not supported"},
      {"{prober: grpc, grpc: {metadata: {Grpc-X: [b]}}}", "metadata.Grpc-X: is no key"},
      {"{prober: grpc, grpc: {metadata: {a: ['b\u00fc']}}}", "metadata.a: is no printable ASCII"},
      {"{prober: grpc, grpc: {sevice: a}}", "unknown key (did you mean \"service\"?)"},
      {"{prober: icmp, icmp: {ttl: 256}}", "ttl: "},
      {"{prober: icmp, icmp: {payload_size: 65508}}", "payload_size: "},
      {"{prober: icmp, icmp: {dont_fragment: perhaps}}", "dont_fragment: "},
      {"{prober: websocket, websocket: {http_config: {proxy_url: a}}}", "proxy_url: not supported"},
      {"{prober: websocket, websocket: {http_config: {http_headers: {a: {files: [/nonexistent]}}}}}",
       "files: no such file"},
      {"{prober: websocket, websocket: {headers: {upgrade: {values: [h2c]}}}}", "the handshake's own"},
      {"{prober: websocket, websocket: {headers: {a: {values: [\"b\\r\\nc: d\"]}}}}", "line break"},
      {"{prober: websocket, websocket: {headers: {a: b}}}", "expected a mapping"},
      {"{prober: websocket, websocket: {query_response: [{starttls: true}]}}", "starttls: not supported"},
      {"{prober: websocket, websocket: {query_response: [{expect_bytes: a}]}}",
       "expect_bytes: not supported"},
      {"{prober: websocket, websocket: {htp_config: {}}}", "did you mean \"http_config\"?"},
      {"{prober: tcp, tcp: {query_response: [{expect: '('}]}}", "no regular expression"},
      {"{prober: tcp, timeout: soon}", "not a duration"},
      {"{prober: tcp, tcp: {query_response: [{expect: a, expect_bytes: b}]}}", "together with expect"},
      {"{prober: tcp, tcp: {query_response: [{expect: a, labels: [{name: 1a}]}]}}", "is no name of a label"},
      {"{prober: tcp, tcp: {query_response: [{expect: a, labels: [{name: a}, {name: a}]}]}}",
       "there already"},
      {"{prober: tcp, tcp: {query_response: [{send: !!binary 'AA='}]}}", "send: !!binary wants base64"},
      {"{prober: tcp, tcp: {query_response: [{expect: !!binary AAAA}]}}", "tags are not supported"},
      {"{prober: unix, unix: {tls: true}}", "needs server_name"},
      {"{prober: unix, unix: {query_response: [{starttls: true}]}}", "needs server_name"},
      {"{prober: quic}", "prober: not supported"},
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

// Every key of config/config.go of blackbox_exporter's main branch (August 2026) and of the HTTPClientConfig
// and TLSConfig in it, with a value that is right there.
TEST(Modules, NoKeyOfTheNewestIsUnknown) {
  const std::string tls =
      "tls_config: {insecure_skip_verify: true}; tls_config: {server_name: a}; tls_config: {min_version: "
      "TLS13}; "
      "tls_config: {max_version: TLS13}; tls_config: {ca: a}; tls_config: {ca_ref: a}; tls_config: {cert: "
      "a}; "
      "tls_config: {cert_ref: a}; tls_config: {key: a}; tls_config: {key_ref: a}; ";
  const std::string client =
      tls +
      "basic_auth: {username: a, password: b}; basic_auth: {username_ref: a}; basic_auth: {password_ref: a}; "
      "authorization: {type: Token, credentials: a}; authorization: {credentials_ref: a}; bearer_token: a; "
      "oauth2: {client_id: a}; follow_redirects: false; enable_http2: false; proxy_url: a; no_proxy: a; "
      "proxy_from_environment: true; proxy_connect_header: {a: [b]}; http_headers: {a: {values: [b], "
      "secrets: "
      "[c]}}; ";
  const std::string ip = "preferred_ip_protocol: ip4; ip_protocol_fallback: false; ";
  const std::string talk =
      "query_response: [{expect: a, send: b}]; query_response: [{expect_bytes: a}]; query_response: "
      "[{expect: a, "
      "labels: [{name: b, value: c}]}]; query_response: [{starttls: false}]; ";
  std::string wrapped;
  for (std::size_t at = 0, end = 0; (end = client.find("; ", at)) != std::string::npos; at = end + 2)
    wrapped += "http_config: {" + client.substr(at, end - at) + "}; ";
  const std::pair<std::string, std::string> probers[] = {
      {"http",
       client + ip +
           "valid_status_codes: [200]; valid_http_versions: [HTTP/1.1]; skip_resolve_phase_with_proxy: true; "
           "no_follow_redirects: true; fail_if_ssl: true; fail_if_not_ssl: true; method: POST; headers: {a: "
           "b}; "
           "fail_if_body_matches_regexp: [a]; fail_if_body_not_matches_regexp: [a]; "
           "fail_if_body_json_matches_cel: a; fail_if_body_json_not_matches_cel: a; "
           "fail_if_header_matches: [{header: a, regexp: b, allow_missing: true}]; "
           "fail_if_header_not_matches: [{header: a, regexp: b}]; body: a; compression: gzip; "
           "body_size_limit: 10MB; enable_http3: true; check_revoked: true; "},
      {"grpc", tls + ip + "service: a; tls: true; check_revoked: true; metadata: {a: [b, c]}; "},
      {"tcp", tls + ip + talk + "source_ip_address: 127.0.0.1; tls: true; check_revoked: true; "},
      {"unix", tls + talk + "tls: false; check_revoked: true; "},
      {"icmp", ip + "source_ip_address: 127.0.0.1; payload_size: 8; dont_fragment: true; ttl: 9; "},
      {"websocket", wrapped + ip + talk + "headers: {a: {values: [b], secrets: [c]}}; "},
  };
  for (const auto& [prober, keys] : probers)
    for (std::size_t at = 0, end = 0; (end = keys.find("; ", at)) != std::string::npos; at = end + 2) {
      const std::string section = keys.substr(at, end - at);
      const Settings settings = reading("modules: {a: {prober: " + prober + ", " + prober + ": {" + section +
                                        "}}, b: {prober: tcp}}");
      const Module& module = settings.modules.at("a");
      if (!module.prober) {
        EXPECT_THAT(module.unusable, HasSubstr("not supported by answerback")) << prober << ": " << section;
      }
      EXPECT_NE(settings.modules.at("b").prober, nullptr) << prober << ": " << section;
    }
}

TEST(Modules, WhatIsOffCostsNothing) {
  for (const char* section :
       {"prober: http, http: {enable_http3: false, check_revoked: false, "
        "proxy_from_environment: false, enable_http2: false}",
        "prober: tcp, tcp: {check_revoked: false}", "prober: grpc, grpc: {check_revoked: false}",
        "prober: unix, unix: {check_revoked: false, tls: false}", "prober: unix", "prober: websocket",
        "prober: websocket, websocket: {query_response: [{starttls: false}]}"}) {
    const Settings settings = reading(std::string("modules: {a: {") + section + "}}");
    EXPECT_NE(settings.modules.at("a").prober, nullptr) << settings.modules.at("a").unusable;
  }
}

std::vector<QueryResponse> steps_of(const std::string& query_response) {
  const File file("query_response: " + query_response + "\n");
  config::Diagnostics diagnostics;
  auto root = config::open(file.path(), diagnostics);
  EXPECT_TRUE(root) << diagnostics.text();
  if (!root) return {};
  auto steps = read_query_response(*root);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.text();
  return steps;
}

TEST(QueryResponse, BytesAreTakenOutOfBase64) {
  const std::pair<const char*, std::string> forms[] = {
      {"!!binary AAAACATSFi8=", std::string("\0\0\0\10\4\322\26/", 8)},
      {"!!binary 'YWJj'", "abc"},
      {"!!binary 'YWI='", "ab"},
      {"!!binary 'YQ=='", "a"},
      {"!!binary ''", ""},
      {"!!binary |\n    YWJj\n    /+8=\n", "abc\377\357"},
  };
  for (const auto& [text, bytes] : forms) {
    const auto steps = steps_of(std::string("\n - send: ") + text);
    ASSERT_EQ(steps.size(), 1U) << text;
    EXPECT_EQ(steps[0].send, bytes) << text;
    EXPECT_TRUE(steps[0].raw) << text;
  }
  const auto plain = steps_of("[{send: YWJj}, {expect_bytes: !!binary YWJj}]");
  EXPECT_EQ(plain.at(0).send, "YWJj");
  EXPECT_FALSE(plain.at(0).raw);
  EXPECT_EQ(plain.at(1).expect_bytes, "abc");
}

TEST(WebSockets, WhatIsSentIsWhatTheSectionSays) {
  const File secret("from a file\n");
  const File file(
      "http_config: {authorization: {type: Token, credentials: t1}}\nheaders:\n  Sec-WebSocket-Protocol: "
      "{values: ['a, b', c]}\n  X: {values: [one], secrets: [two], files: [" +
      secret.path().string() + "]}\n");
  config::Diagnostics diagnostics;
  std::vector<Secret> secrets;
  auto root = config::open(file.path(), diagnostics);
  ASSERT_TRUE(root);
  const WebSocketModule module = read_websocket(*root, secrets);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.text();
  EXPECT_THAT(module.request.subprotocols, ElementsAre("a", "b", "c"));
  EXPECT_THAT(module.request.headers,
              ElementsAre(testing::Pair("Authorization", "Token t1"), testing::Pair("X", "one"),
                          testing::Pair("X", "two"), testing::Pair("X", "from a file")));
  EXPECT_FALSE(module.request.deflate);
  std::vector<std::string> hidden;
  for (const Secret& each : secrets) hidden.push_back(each.reveal());
  EXPECT_THAT(hidden, testing::IsSupersetOf({"two", "from a file"}));
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
