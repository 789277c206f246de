#include "probes/grpc/grpc.h"

#include <gmock/gmock.h>
#include <nghttp2/nghttp2.h>

#include <map>
#include <random>

#include "net/http2_exchange.h"
#include "probe/within.h"
#include "probes/grpc/wire.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using net::Http2Exchange;
using test::Connection;
using testing::HasSubstr;
using testing::Not;

// --- frames as a server sends them (RFC 9113 section 4.1), header fields as literals without indexing (RFC
// 7541 6.2.2)

enum Type : unsigned char {
  data = 0,
  headers = 1,
  rst_stream = 3,
  settings = 4,
  ping = 6,
  goaway = 7,
  continuation = 9
};
enum Flags : unsigned char { none = 0, end_stream = 1, ack = 1, end_headers = 4 };

std::string be32(std::size_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}
std::string frame(Type type, unsigned flags, unsigned stream, const std::string& payload) {
  return be32(payload.size()).substr(1) + static_cast<char>(type) + static_cast<char>(flags) + be32(stream) +
         payload;
}
std::string literal(const std::string& text) {
  if (text.size() < 127) return static_cast<char>(text.size()) + text;
  std::string size = "\x7f";
  std::size_t left = text.size() - 127;
  for (; left >= 128; left >>= 7) size += static_cast<char>(0x80 | (left & 0x7f));
  return size + static_cast<char>(left) + text;
}
std::string fields(std::initializer_list<std::pair<std::string, std::string>> all) {
  std::string block;
  for (const auto& [name, value] : all) block += '\0' + literal(name) + literal(value);
  return block;
}

const std::string hello = frame(settings, none, 0, "") + frame(settings, ack, 0, "");
const std::string ok_headers =
    frame(headers, end_headers, 1, fields({{":status", "200"}, {"content-type", "application/grpc"}}));
std::string message(const std::string& protobuf) { return '\0' + be32(protobuf.size()) + protobuf; }
std::string trailers(const std::string& status) {
  return frame(headers, end_headers | end_stream, 1, fields({{"grpc-status", status}}));
}
const std::string serving = hello + ok_headers + frame(data, none, 1, message("\x08\x01")) + trailers("0");

std::string alone(std::initializer_list<std::pair<std::string, std::string>> all) {  // a trailers-only answer
  return hello + frame(headers, end_headers | end_stream, 1, fields(all));
}
std::string refused(const std::string& code, const std::string& text = "") {
  return alone({{":status", "200"},
                {"content-type", "application/grpc"},
                {"grpc-status", code},
                {"grpc-message", text}});
}

struct Sent {
  std::string value;
  bool never_indexed;
};
// The header fields of a request, from what a client says after its preface.
std::map<std::string, Sent> fields_asked(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(bytes[at])}; };
  std::map<std::string, Sent> all;
  for (std::size_t size = 0; bytes.size() >= 9; bytes.remove_prefix(9 + size)) {
    size = byte(0) << 16 | byte(1) << 8 | byte(2);
    if (byte(3) != headers || bytes.size() < 9 + size) continue;
    nghttp2_hd_inflater* inflater = nullptr;
    nghttp2_hd_inflate_new(&inflater);
    auto* at = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data() + 9));
    for (std::size_t left = size;;) {
      nghttp2_nv nv{};
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(inflater, &nv, &flags, at, left, 1);
      if (used < 0 || (flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
      at += used, left -= static_cast<std::size_t>(used);
      const auto text = [](const std::uint8_t* from, std::size_t length) {
        return std::string(reinterpret_cast<const char*>(from), length);
      };
      all[text(nv.name, nv.namelen)] = {text(nv.value, nv.valuelen),
                                        (nv.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0};
    }
    nghttp2_hd_inflate_del(inflater);
  }
  return all;
}

// What an answer means when it arrives `piece` bytes at a time.
std::string meaning(std::string_view bytes, std::size_t piece = 4096) {
  Http2Exchange exchange({.authority = "a.test", .body = grpc_health_request("")});
  exchange.to_send();
  for (; !bytes.empty() && !exchange.complete(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    if (const auto taken = exchange.take(bytes.substr(0, piece)); !taken)
      return std::string(name(taken.error().reason)) + " " + taken.error().detail;
    exchange.to_send();
  }
  if (!exchange.complete()) return "waiting";
  const auto health = grpc_health(exchange.response());
  return health ? std::string(name(*health))
                : std::string(name(health.error().reason)) + " " + health.error().detail;
}

TEST(GrpcWire, ARequestIsFramedAsObserved) {
  EXPECT_EQ(grpc_health_request(""), std::string(5, '\0'));
  EXPECT_EQ(grpc_health_request("chat.Agent"), std::string("\0\0\0\0\x0c\x0a\x0a", 7) + "chat.Agent");
  const std::string longer = grpc_health_request(std::string(300, 'x'));
  EXPECT_EQ(longer.substr(0, 8), std::string("\0\0\0\x01\x2f\x0a\xac\x02", 8));
}

TEST(GrpcWire, AnAnswerMeansTheSameHoweverItArrives) {
  for (std::size_t piece = 1; piece <= serving.size(); ++piece)
    EXPECT_EQ(meaning(serving, piece), "SERVING") << piece;
  const std::string no_service = refused("5", "unknown service");
  for (std::size_t piece = 1; piece <= no_service.size(); ++piece)
    EXPECT_EQ(meaning(no_service, piece),
              "assertion NOT_FOUND: no such service is registered (unknown service)");
  for (std::size_t size = 0; size < serving.size(); ++size)
    EXPECT_EQ(meaning(serving.substr(0, size)), "waiting") << size;
}

TEST(GrpcWire, EveryHealthAndEveryStatusHasItsMeaning) {
  const auto says = [](const std::string& body, const std::string& status = "0") {
    return meaning(hello + ok_headers + frame(data, none, 1, body) + trailers(status));
  };
  EXPECT_EQ(says(message("")), "UNKNOWN");
  EXPECT_EQ(says(message("\x08\x02")), "NOT_SERVING");
  EXPECT_EQ(says(message("\x08\x03")), "SERVICE_UNKNOWN");
  EXPECT_EQ(says(message(std::string("\x12\x02hi\x08\x01\x1d\0\0\0\0", 11))),
            "SERVING");  // fields of a later version
  EXPECT_EQ(says(message(std::string("\x19\0\0\0\0\0\0\0\0\x08\x01", 11))), "SERVING");
  EXPECT_EQ(says(message("\x80\x01\x05\x08\x01")), "SERVING");  // a key of two bytes
  EXPECT_EQ(says(message("\x0a\x01\x01")), "UNKNOWN");          // field 1 as a text is none of ours
  EXPECT_EQ(says(message("\x19\x01")), "protocol the message is no HealthCheckResponse");
  EXPECT_EQ(says(message("\x08\x09")), "protocol the message is no HealthCheckResponse");
  EXPECT_EQ(says(message("\x08")), "protocol the message is no HealthCheckResponse");
  EXPECT_EQ(says(message("\x12\x7f")), "protocol the message is no HealthCheckResponse");
  EXPECT_EQ(says("\1" + message("\x08\x01").substr(1)),
            "protocol a compressed message, which was not offered");
  EXPECT_EQ(says(message("\x08\x01") + "more"), "protocol a message of 2 bytes was announced, 6 came");
  EXPECT_EQ(says(""), "truncated OK, but no message came");
  EXPECT_EQ(says(message("\x08\x01"), "x"), "protocol grpc-status is no number: x");
  EXPECT_EQ(meaning(hello + ok_headers + frame(data, end_stream, 1, message("\x08\x01"))),
            "truncated the answer ended without a grpc-status");

  const auto code = [](unsigned status, net::Http2Fields headers = {}, net::Http2Fields trailers = {}) {
    return grpc_status_code(
        {.status = status, .headers = std::move(headers), .trailers = std::move(trailers)});
  };
  EXPECT_EQ(code(200, {}, {{"grpc-status", "0"}}), 0u);
  EXPECT_EQ(code(503, {{"grpc-status", "7"}}), 7u);
  EXPECT_EQ(code(200, {{"grpc-status", "seven"}}), 13u);
  using Mapped = std::pair<unsigned, unsigned>;
  for (const auto& [status, is] : std::initializer_list<Mapped>{{200, 2},
                                                                {400, 13},
                                                                {401, 16},
                                                                {403, 7},
                                                                {404, 12},
                                                                {429, 14},
                                                                {500, 2},
                                                                {502, 14},
                                                                {503, 14},
                                                                {504, 14}})
    EXPECT_EQ(code(status), is) << status;

  EXPECT_EQ(meaning(refused("12")), "status UNIMPLEMENTED: no health service is there");
  EXPECT_EQ(meaning(refused("16", "no%20token")), "auth UNAUTHENTICATED (no token)");
  EXPECT_EQ(meaning(refused("7")), "forbidden PERMISSION_DENIED");
  EXPECT_EQ(meaning(refused("8")), "rate_limited RESOURCE_EXHAUSTED");
  EXPECT_EQ(meaning(refused("14", "%e2%82%ac %zz %4")), "not_ready UNAVAILABLE (\u20ac %zz %4)");
  EXPECT_EQ(meaning(refused("4")), "read_timeout DEADLINE_EXCEEDED");
  EXPECT_EQ(meaning(refused("99")), "status gRPC status 99");
  EXPECT_EQ(meaning(alone({{":status", "503"}, {"content-type", "application/grpc"}, {"grpc-status", "14"}})),
            "not_ready UNAVAILABLE");  // a proxy that knows gRPC
  EXPECT_EQ(meaning(alone({{":status", "401"}})), "auth HTTP 401 instead of a gRPC answer");
  EXPECT_EQ(meaning(alone({{":status", "503"}, {"content-type", "text/html"}})),
            "status HTTP 503 instead of a gRPC answer");
  EXPECT_EQ(meaning(alone({{":status", "200"}, {"content-type", "text/html"}})),
            "protocol no gRPC: the answer is text/html");
}

TEST(Http2, WhatComesBeforeTheAnswerIsNoneOfIt) {
  const std::string hints =
      frame(headers, end_headers, 1, fields({{":status", "103"}, {"content-type", "text/html"}}));
  EXPECT_EQ(meaning(hello + hints + serving.substr(hello.size())), "SERVING");
}

TEST(Http2, PeersThatBreakTheRules) {
  EXPECT_THAT(meaning("HTTP/1.1 400 Bad Request\r\n\r\n"), HasSubstr("protocol "));
  EXPECT_THAT(meaning(hello + frame(rst_stream, none, 1, be32(8))),
              HasSubstr("protocol the stream was reset: CANCEL"));
  EXPECT_THAT(meaning(hello + frame(rst_stream, none, 1, be32(7))),
              HasSubstr("overloaded the server refused the stream"));
  EXPECT_THAT(meaning(hello + frame(goaway, none, 0, be32(0) + be32(0))),
              HasSubstr("overloaded the server refused the stream (GOAWAY: NO_ERROR)"));
  EXPECT_EQ(meaning(hello + frame(goaway, none, 0, be32(1) + be32(11) + "too\nmany")),
            "protocol the server ended the connection (GOAWAY: ENHANCE_YOUR_CALM, too\\nmany)");
  EXPECT_EQ(meaning(hello + frame(goaway, none, 0, be32(1) + be32(0)) + serving.substr(hello.size())),
            "SERVING");  // politely: ours is still answered
  EXPECT_THAT(meaning(hello + frame(data, none, 1, std::string(20'000, 'x'))),
              HasSubstr("protocol "));  // more than a frame may hold
  EXPECT_THAT(meaning(hello + frame(headers, end_headers, 1, "\xff\xff\xff\xff\xff\xff")),
              HasSubstr("protocol "));
  EXPECT_THAT(meaning(hello + frame(headers, end_headers, 2, fields({{":status", "200"}}))),
              HasSubstr("protocol "));  // a stream of the server's own
  EXPECT_THAT(meaning(hello + frame(continuation, end_headers, 1, "")), HasSubstr("protocol "));
}

TEST(Http2, WhatNeverEndsIsCapped) {
  std::string endless = hello + ok_headers;
  for (int i = 0; i < 20; ++i) endless += frame(data, none, 1, std::string(16'000, 'x'));
  EXPECT_EQ(meaning(endless), "too_large a body of more than 64 KiB");
  std::string flood;
  for (int i = 0; i < 40; ++i) flood += fields({{"x-" + std::to_string(i), std::string(1000, 'y')}});
  std::string block = hello + frame(headers, none, 1, flood.substr(0, 16'000)) +
                      frame(continuation, none, 1, flood.substr(16'000, 16'000)) +
                      frame(continuation, end_headers, 1, flood.substr(32'000));
  EXPECT_THAT(meaning(block), testing::AnyOf(HasSubstr("too_large"), HasSubstr("protocol")));
  std::string pings = hello;
  for (int i = 0; i < 5000; ++i) pings += frame(ping, none, 0, "12345678");
  Http2Exchange exchange({.authority = "a.test"});
  exchange.to_send();
  EXPECT_FALSE(exchange.take(pings));  // never asked what there is to send
}

TEST(Http2, NothingAPeerSendsBreaksUs) {
  std::mt19937 random(20261128);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = serving;
    for (unsigned n = 1 + random() % 3; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    meaning(bytes, 1 + random() % 40);
  }
}

class GrpcPeers : public testing::Test {
 protected:
  Seen meet(const std::string& answer, const std::string& keys = "") {
    test::Peer peer(loop_.io, [&](Connection& c) -> asio::awaitable<void> {
      asked_ += co_await c.read_until("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      co_await c.wait(5ms);
      asked_ += co_await c.read_some();
      co_await c.write_slowly(answer, 7, 0ms);
      co_await c.wait(5ms);
      co_await c.read_some();  // what is left unread makes a close a reset
    });
    return run_once(
        loop_, grpc,
        "address: '127.0.0.1:" + std::to_string(peer.port()) + "'" + (keys.empty() ? "" : "\n    " + keys));
  }
  Loop loop_;
  std::string asked_;
};

TEST_F(GrpcPeers, ServingPassesAndNothingElse) {
  const Seen seen = meet(serving, "service: chat.Agent");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_EQ(seen.result.detail, "chat.Agent is SERVING");
  EXPECT_THAT(asked_, HasSubstr(grpc_health_request("chat.Agent")));
  const Seen not_serving =
      meet(hello + ok_headers + frame(data, none, 1, message("\x08\x02")) + trailers("0"));
  EXPECT_EQ(std::string(not_serving.reason()) + " " + not_serving.result.detail,
            "not_ready the server is NOT_SERVING");
  EXPECT_EQ(meet(hello + ok_headers + frame(data, none, 1, message("")) + trailers("0")).reason(),
            "not_ready");
  EXPECT_EQ(meet(hello + ok_headers + frame(data, none, 1, message("\x08\x03")) + trailers("0")).reason(),
            "assertion");
  EXPECT_EQ(meet(serving.substr(0, serving.size() - 3)).reason(), "truncated");
  EXPECT_EQ(meet("HTTP/1.1 400 Bad Request\r\n\r\n").reason(), "protocol");
}

TEST_F(GrpcPeers, AskAsTheProtocolHasIt) {
  const Seen seen = meet(serving, "authority: chat.internal\n    metadata: {x-key: hunter22}");
  auto asked = fields_asked(asked_.substr(std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").size()));
  for (const auto& [name, value] : {std::pair(":method", "POST"),
                                    {":scheme", "http"},
                                    {":authority", "chat.internal"},
                                    {":path", "/grpc.health.v1.Health/Check"},
                                    {"te", "trailers"},
                                    {"content-type", "application/grpc"},
                                    {"user-agent", "answerback"}})
    EXPECT_EQ(asked[name].value, value) << name;
  EXPECT_THAT(asked["traceparent"].value, testing::StartsWith("00-"));
  EXPECT_THAT(asked["grpc-timeout"].value, testing::MatchesRegex("(9[0-9]{3}|10000)m"));
  EXPECT_EQ(asked["x-key"].value, "hunter22");
  EXPECT_TRUE(asked["x-key"].never_indexed) << "what is secret is kept out of the tables of others";
  EXPECT_FALSE(asked["te"].never_indexed);
  const auto& samples = seen.evidence.samples();
  const auto status = std::ranges::find(samples, Measure::http_status, &Sample::measure);
  ASSERT_NE(status, samples.end());
  EXPECT_EQ(status->value, 200);
}

TEST_F(GrpcPeers, MetadataGivenBackIsMasked) {
  const Seen seen = meet(refused("16", "bad token hunter22"), "metadata: {authorization: hunter22}");
  EXPECT_EQ(seen.reason(), "auth");
  EXPECT_THAT(seen.result.detail, HasSubstr("<secret>"));
  for (const Frame& each : seen.evidence.frames()) EXPECT_THAT(each.text, Not(HasSubstr("hunter22")));
  // Cut in the middle of it, half of it would stand there.
  const Seen cut =
      meet(refused("16", std::string(278, '.') + "hunter22"), "metadata: {authorization: hunter22}");
  EXPECT_THAT(cut.result.detail, Not(HasSubstr("hu")));
}

TEST_F(GrpcPeers, TlsWithoutHttp2IsNoGrpc) {
  const test::Authority ca;
  const test::TempFile ca_file(ca.pem());
  test::Peer peer(loop_.io, ca.issue({.names = {"127.0.0.1"}}),
                  [](Connection& c) -> asio::awaitable<void> { co_await c.hold(); });
  const Seen seen = run_once(loop_, grpc,
                             "address: '127.0.0.1:" + std::to_string(peer.port()) +
                                 "'\n    tls: true\n    tls_config: {ca_file: " + ca_file.path() + "}");
  EXPECT_EQ(std::string(seen.reason()) + " " + seen.result.detail,
            "protocol the server does not choose HTTP/2 (ALPN h2)");
}

TEST_F(GrpcPeers, SilenceIsATimeoutOfTheAnswer) {
  test::Peer peer(loop_.io, [](Connection& c) -> asio::awaitable<void> { co_await c.hold(); });
  Reading reading("address: '127.0.0.1:" + std::to_string(peer.port()) + "'");
  const auto probe = grpc.make(reading.fields(), loop_.services);
  Seen seen;
  answerback::Run run{loop_.clock, loop_.clock.now() + 10s, seen.phases, seen.evidence, RunId{{1}, {1}}};
  EXPECT_FALSE(test::finish(loop_.io, within(loop_.clock, loop_.clock.now() + 50ms, probe->run(run))));
  EXPECT_EQ(seen.phases.late(), Reason::read_timeout);
}

TEST(Grpc, MistakesAreTold) {
  Reading reading(
      "address: x\n    metadata: {Authorization: a, grpc-status: b}\n    tls_config: {server_name: a}");
  read_grpc(reading.fields());
  reading.fields().finish();
  for (const std::string_view part :
       {".address", "metadata.Authorization", "metadata.grpc-status", "without tls: true"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

}  // namespace
}  // namespace answerback::probes
