#include "probes/dns/dns.h"

#include <gmock/gmock.h>

#include <boost/asio/ip/udp.hpp>
#include <random>

#include "net/dns_records.h"
#include "probe/within.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string be16(std::size_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size()) + std::string(label);
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return out + '\0';
}

const std::string to_question = "\xc0\x0c";  // a compressed name: the question's

std::string record(const std::string& owner, std::uint16_t type, const std::string& data, unsigned ttl = 60) {
  return owner + be16(type) + be16(1) + be16(ttl >> 16) + be16(ttl & 0xffff) + be16(data.size()) + data;
}

// What a server makes of a question: its id, flags, the question itself, records.
struct Said {
  std::vector<std::string> records = {};
  unsigned flags = 0x8180;  // a response, recursion desired and available
  unsigned id_off = 0;
  std::string question = {};  // another one
};
std::string answer(std::string_view query, const Said& said) {
  const unsigned id = static_cast<unsigned char>(query[0]) * 256u + static_cast<unsigned char>(query[1]);
  std::string out = be16((id + said.id_off) & 0xffff) + be16(said.flags) + be16(1) +
                    be16(said.records.size()) + be16(0) + be16(0) +
                    (said.question.empty() ? std::string(query.substr(12)) : said.question);
  for (const std::string& each : said.records) out += each;
  return out;
}

const net::DnsQuestion mx_question{.name = "a.test", .type = 15};

net::DnsMessage read(const Said& said, const net::DnsQuestion& question = mx_question) {
  const auto message = net::read_dns(answer(*net::dns_query(question, 7), said), question, 7);
  if (!message) throw std::runtime_error(message.error().detail);
  return message->value();
}

TEST(DnsMessage, EveryTypeHasItsText) {
  for (const auto& [type, data, text] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"A", {'\x0a', '\0', '\0', '\7'}, "10.0.0.7"},
           {"AAAA", std::string(15, '\0') + '\1', "::1"},
           {"CNAME", wire_name("Other.TEST"), "other.test"},
           {"NS", "\3ns1" + to_question, "ns1.a.test"},
           {"PTR", wire_name("host.test"), "host.test"},
           {"MX", be16(10) + "\4mail" + to_question, "10 mail.a.test"},
           {"TXT", "\5v=one\4 two", "v=one two"},
           {"SRV", be16(1) + be16(2) + be16(443) + wire_name("s.test"), "1 2 443 s.test"},
           {"SOA",
            wire_name("ns.test") + wire_name("root.test") + be16(0) + be16(7) + be16(0) + be16(2) + be16(0) +
                be16(3) + be16(0) + be16(4) + be16(0) + be16(5),
            "ns.test root.test 7 2 3 4 5"},
           {"CAA", std::string("\0\5issueca.test", 14), "0 issue ca.test"},
           {"HTTPS", std::string("\0\1\0", 3), "000100"},
           {"NS", std::string("\0", 1), "."},
       }) {
    const net::DnsQuestion question{.name = "a.test", .type = net::dns_type(type).value()};
    const net::DnsMessage message = read({.records = {record(to_question, question.type, data)}}, question);
    ASSERT_EQ(message.answers.size(), 1u) << type;
    EXPECT_EQ(message.answers[0], (net::DnsRecord{"a.test", question.type, 60, text})) << type;
    // Whatever is missing at its end, or too much there, is noticed. A TXT may end after each of its strings,
    // HTTPS anywhere.
    for (std::size_t cut = 0; cut < data.size() && type != "TXT" && type != "HTTPS" && type != "CAA"; ++cut)
      EXPECT_THROW(read({.records = {record(to_question, question.type, data.substr(0, cut))}}, question),
                   std::runtime_error)
          << type << " of " << cut;
  }
}

TEST(DnsMessage, TheZoneFormIsThatOfAZoneFile) {
  const auto lines = [](const std::string& type, const std::vector<std::string>& records, unsigned flags) {
    const net::DnsQuestion question{.name = "A.test", .type = net::dns_type(type).value(), .rr_class = 3};
    const std::string query = *net::dns_query(question, 7);
    const auto message =
        net::read_dns(answer(query, {.records = records, .flags = flags}), question, 7, net::DnsForm::zone);
    EXPECT_TRUE(message && *message) << type;
    std::string text;
    for (const net::DnsRecord& each : (*message)->answers) text += net::dns_zone_line(each) + "\n";
    return text;
  };
  for (const auto& [type, data, text] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"A", {'\x0a', '\0', '\0', '\7'}, "10.0.0.7"},
           {"CNAME", wire_name("Other.TEST"), "Other.TEST."},
           {"NS", std::string("\0", 1), "."},
           {"MX", be16(10) + "\4Mail" + to_question, "10 Mail.A.test."},
           {"TXT", "\3v=1\6 a\"\\\t\xff", R"("v=1" " a\"\\\009\255")"},
           {"SPF", "\1x", R"("x")"},
           {"CAA", std::string("\0\5issueca.test", 14), R"(0 issue "ca.test")"},
           {"DS", be16(12345) + "\x0d\2\xab\xcd", "12345 13 2 ABCD"},
           {"SSHFP", "\4\2\xab\xcd", "4 2 ABCD"},
           {"TLSA", "\3\1\1\xab\xcd", "3 1 1 abcd"},
           {"NAPTR", be16(100) + be16(50) + "\1s\1t" + '\0' + wire_name("b.test"),
            R"(100 50 "s" "t" "" b.test.)"},
           {"HINFO", "\2os\3cpu", R"("os" "cpu")"},
           {"HTTPS", std::string("\0\1\0", 3), R"(\# 3 000100)"},
       }) {
    const std::string one = record(to_question, net::dns_type(type).value(), data);
    EXPECT_EQ(lines(type, {one}, 0x8180), "A.test.\t60\tIN\t" + type + "\t" + text + "\n");
  }
  // Of a message that was cut, what came whole.
  const std::string whole = record(to_question, 1, "\1\2\3\4"), torn = record(to_question, 1, "\1\2");
  EXPECT_EQ(lines("A", {whole, torn}, 0x8380), "A.test.\t60\tIN\tA\t1.2.3.4\n");
}

TEST(DnsMessage, OnlyAnAnswerToTheQuestionIsOne) {
  const net::DnsQuestion& q = mx_question;
  const std::string query = *net::dns_query(q, 7);
  EXPECT_TRUE(net::read_dns(answer(query, {}), q, 7)->has_value());
  EXPECT_FALSE(net::read_dns(query, q, 7)->has_value());  // our own, echoed
  EXPECT_FALSE(net::read_dns(answer(query, {.id_off = 1}), q, 7)->has_value());
  EXPECT_FALSE(net::read_dns(answer(query, {.question = wire_name("b.test") + be16(15) + be16(1)}), q, 7)
                   ->has_value());
  EXPECT_FALSE(
      net::read_dns(answer(query, {.question = wire_name("a.test") + be16(1) + be16(1)}), q, 7)->has_value());
  EXPECT_TRUE(net::read_dns(answer(query, {.question = wire_name("A.Test") + be16(15) + be16(1)}), q, 7)
                  ->has_value());
  EXPECT_FALSE(net::dns_query({.name = std::string(64, 'x') + ".test"}, 1));
  EXPECT_FALSE(net::dns_query({.name = "a..b"}, 1));
}

TEST(DnsMessage, AliasesAreFollowedAndStrangersAreNot) {
  const net::DnsQuestion a{.name = "a.test"};
  const auto alias = [](const std::string& of, const std::string& to) {
    return record(wire_name(of), 5, wire_name(to));
  };
  const auto address = [](const std::string& of) { return record(wire_name(of), 1, "\1\2\3\4"); };
  EXPECT_EQ(
      net::answers_to(
          a, read({.records = {address("c.test"), alias("b.test", "c.test"), alias("a.test", "b.test")}}, a))
          ->at(0)
          .text,
      "1.2.3.4");
  EXPECT_TRUE(net::answers_to(a, read({.records = {address("evil.test")}}, a))->empty());
  EXPECT_EQ(net::answers_to(a, read({.records = {alias("a.test", "b.test"), alias("b.test", "a.test")}}, a))
                .error()
                .reason,
            Reason::dns_failure);
}

TEST(DnsMessage, WhatIsBrokenIsAValue) {
  const net::DnsQuestion& q = mx_question;
  const std::string query = *net::dns_query(q, 7);
  const std::string good =
      answer(query, {.records = {record(to_question, 15, be16(10) + "\4mail" + to_question),
                                 record("\1b" + to_question, 16, "\4text")}});
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto message = net::read_dns(std::string_view(good).substr(0, size), q, 7);
    EXPECT_TRUE(!message || !*message) << size;
  }
  const std::string looping = "\xc0" + std::string(1, static_cast<char>(query.size()));  // its own place
  EXPECT_EQ(net::read_dns(answer(query, {.records = {record(looping, 15, be16(1) + looping)}}), q, 7)
                .error()
                .reason,
            Reason::protocol);
  EXPECT_EQ(net::read_dns(answer(query, {.records = std::vector<std::string>(
                                             600, record(to_question, 15, be16(1) + to_question))}),
                          q, 7)
                .error()
                .reason,
            Reason::too_large);

  std::mt19937 random(20261128);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (unsigned n = 1 + random() % 4; n > 0; --n)
      bytes[12 + random() % (bytes.size() - 12)] = static_cast<char>(random());
    const auto message = net::read_dns(bytes, q, 7);
    if (message && *message) net::answers_to(q, **message);
    const auto zone = net::read_dns(bytes, q, 7, net::DnsForm::zone);
    if (zone && *zone)
      for (const net::DnsRecord& each : (*zone)->answers) net::dns_zone_line(each);
  }
}

TEST(DnsMessage, AddressesAreLookedUpBackwards) {
  EXPECT_EQ(net::dns_reverse_name("10.0.0.7"), "7.0.0.10.in-addr.arpa");
  EXPECT_EQ(net::dns_reverse_name("2001:db8::1"),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  EXPECT_EQ(net::dns_reverse_name("a.test"), std::nullopt);
}

TEST(Dns, AnswersAreJudged) {
  const auto judged = [](const std::string& keys, const net::DnsMessage& message) {
    Reading reading("query: a.test\n    " + keys);
    const DnsSettings settings = read_dns_settings(reading.fields());
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    const auto failure = judge(settings, message);
    return failure ? std::string(name(failure->reason)) + " " + failure->detail : std::string();
  };
  const net::DnsMessage two{.answers = {{"a.test", 1, 60, "10.0.0.1"}, {"a.test", 1, 30, "10.0.0.2"}}};
  EXPECT_EQ(judged("", two), "");
  EXPECT_EQ(judged("expect: {equals: [10.0.0.2, 10.0.0.1]}", two), "");
  EXPECT_EQ(judged("expect: {equals: [10.0.0.2]}", two),
            "assertion wanted exactly 10.0.0.2, got 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(judged("expect: {equals: [10.0.0.1, 10.0.0.1]}", two),
            "assertion wanted exactly 10.0.0.1, 10.0.0.1, got 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(judged("expect: {contains: 10.0.0.2}", two), "");
  EXPECT_EQ(judged("expect: {contains: 10.0.0.3}", two),
            "assertion wanted 10.0.0.3 among them, got 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(judged("expect: {at_least: 2, at_most: 2}", two), "");
  EXPECT_EQ(judged("expect: {at_least: 3}", two),
            "assertion wanted at least 3 answers, got 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(judged("expect: {at_most: 1}", two),
            "assertion wanted at most 1 answers, got 10.0.0.1, 10.0.0.2");
  EXPECT_EQ(judged("expect: {matches: '^10\\.'}", two), "");
  EXPECT_THAT(judged("expect: {matches: '1$'}", two), HasSubstr("assertion wanted each to match 1$"));
  EXPECT_THAT(judged("expect: {not_matches: '2$'}", two), HasSubstr("assertion wanted none to match 2$"));
  EXPECT_EQ(judged("expect: {min_ttl: 60}", two),
            "assertion wanted a TTL of at least 60 s, got 30 s for 10.0.0.2");
  EXPECT_THAT(judged("expect: {authoritative: true}", two),
              HasSubstr("assertion wanted an authoritative answer"));
  EXPECT_EQ(judged("", {}), "dns_nxdomain the name exists but has no A record");
  EXPECT_EQ(judged("expect: {at_least: 0}", {}), "");
  EXPECT_EQ(judged("", {.rcode = 3}), "dns_nxdomain no such name (NXDOMAIN)");
  EXPECT_EQ(judged("", {.rcode = 2}), "dns_failure answers SERVFAIL");
  EXPECT_EQ(judged("", {.rcode = 5}), "dns_failure answers REFUSED");
  EXPECT_EQ(judged("rcode: NXDOMAIN", {.rcode = 3}), "");
  EXPECT_EQ(judged("rcode: NXDOMAIN", two), "assertion wanted NXDOMAIN, got NOERROR");
  EXPECT_EQ(judged("rcode: NXDOMAIN", {.rcode = 2}), "assertion wanted NXDOMAIN, got SERVFAIL");
}

TEST(Dns, MistakesAreTold) {
  Reading reading(
      "query: a..b\n    servers: [x y, '1.2.3.4:99999']\n    enough: 3\n    expect: {at_least: 3, at_most: "
      "2, matches: '('}");
  read_dns_settings(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {".query", "servers[1]", ".enough", "expect.at_least", "expect.matches"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

// A server that sends, for each datagram it gets, whatever the script makes of it.
class UdpServer {
 public:
  using Script = std::function<std::vector<std::string>(std::string_view query)>;
  UdpServer(asio::io_context& io, Script script)
      : socket_(io, {asio::ip::address_v4::loopback(), 0}), script_(std::move(script)) {
    receive();
  }
  std::string at() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }
  int asked = 0;

 private:
  void receive() {
    socket_.async_receive_from(
        asio::buffer(buffer_), from_,
        [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error, std::size_t n) {
          if (error || alive.expired()) return;
          ++asked;
          for (const std::string& bytes : script_(std::string_view(buffer_).substr(0, n)))
            socket_.send_to(asio::buffer(bytes), from_);
          receive();
        });
  }
  asio::ip::udp::socket socket_;
  asio::ip::udp::endpoint from_;
  std::string buffer_ = std::string(1500, '\0');
  Script script_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // a datagram may be on its way to us when we go
};

const Said one_address{.records = {record(to_question, 1, "\1\2\3\4")}};

class DnsPeers : public testing::Test {
 protected:
  Seen ask(UdpServer::Script script, const std::string& keys = "") {
    UdpServer server(loop_.io, std::move(script));
    Seen seen = run_once(
        loop_, dns, "query: a.test\n    try_timeout: 60ms\n    servers: '" + server.at() + "'\n    " + keys);
    asked_ = server.asked;
    return seen;
  }
  std::string told(UdpServer::Script script, const std::string& keys = "") {
    const Seen seen = ask(std::move(script), keys);
    const std::string& detail = seen.result.detail;
    return std::string(seen.reason()) + detail.substr(std::min(detail.size(), detail.find(": ") + 1));
  }
  Loop loop_;
  int asked_ = 0;
};

TEST_F(DnsPeers, AnAnswerIsToldWithItsTtl) {
  const Seen seen = ask([](auto query) { return std::vector{answer(query, one_address)}; });
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_EQ(seen.result.detail, "1.2.3.4");
  ASSERT_EQ(seen.evidence.samples().size(), 1u);
  EXPECT_EQ(seen.evidence.samples()[0].measure, Measure::dns_ttl);
  EXPECT_EQ(seen.evidence.samples()[0].value, 60);
  EXPECT_THAT(seen.evidence.frames().back().text, HasSubstr("NOERROR\na.test 60 A 1.2.3.4"));
}

TEST_F(DnsPeers, WhoeverMisbehavesIsNamed) {
  EXPECT_EQ(told([](auto) { return std::vector<std::string>(); }), "dns_timeout no answer");
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(told([](auto) { return std::vector{std::string(40, '\xff')}; }),
            "dns_timeout no answer to our question, but 2 other datagrams");
  EXPECT_EQ(told([](auto query) {
              return std::vector{answer(query, {.records = one_address.records, .id_off = 1})};
            }),
            "dns_timeout no answer to our question, but 2 other datagrams");
  EXPECT_EQ(told([](auto query) {
              return std::vector{answer(query, {.records = one_address.records,
                                                .question = wire_name("b.test") + be16(1) + be16(1)})};
            }),
            "dns_timeout no answer to our question, but 2 other datagrams");
  EXPECT_EQ(told([](auto query) { return std::vector{answer(query, one_address) + std::string(5000, 'x')}; }),
            "too_large a datagram of more than 4096 bytes");
  EXPECT_EQ(told([](auto) { return std::vector<std::string>(80, "?"); }),
            "protocol 64 datagrams came, none an answer to our question");
  EXPECT_THAT(told([](auto query) { return std::vector{answer(query, one_address).substr(0, 38)}; }),
              HasSubstr("protocol an answer that cannot be read"));
  EXPECT_EQ(told([](auto query) {
              return std::vector{answer(query, {.records = {record(to_question, 5, to_question)}})};
            }),
            "dns_failure its aliases lead in a circle, or on and on");
}

TEST_F(DnsPeers, ARightAnswerAmongOthersAndALostOneAreNoFault) {
  EXPECT_EQ(ask([](auto query) {
              return std::vector{answer(query, {.records = one_address.records, .id_off = 1}),
                                 answer(query, one_address)};
            }).result.verdict,
            Verdict::pass);
  int datagrams = 0;
  EXPECT_EQ(ask([&](auto query) {
              return ++datagrams == 1 ? std::vector<std::string>() : std::vector{answer(query, one_address)};
            }).result.verdict,
            Verdict::pass);
}

TEST_F(DnsPeers, NobodyListens) {
  std::string gone;
  {
    UdpServer server(loop_.io, {});
    gone = server.at();
  }
  const Seen seen = run_once(loop_, dns, "query: a.test\n    servers: '" + gone + "'");
  EXPECT_EQ(std::string(seen.reason()) + " " + seen.result.detail,
            "connect_refused " + gone + ": connection refused");
}

// What did not fit comes by TCP, from the same port.
class DnsByTcp : public DnsPeers {
 protected:
  Seen cut_short(const test::Peer::Script& script, const std::string& keys = "") {
    test::Peer peer(loop_.io, script);
    asio::ip::udp::socket socket(loop_.io, {asio::ip::address_v4::loopback(), peer.port()});
    std::string buffer(512, '\0');
    asio::ip::udp::endpoint from;
    socket.async_receive_from(
        asio::buffer(buffer), from, [&](const boost::system::error_code& error, std::size_t n) {
          if (!error)
            socket.send_to(asio::buffer(answer(std::string_view(buffer).substr(0, n), {.flags = 0x8380})),
                           from);
        });
    return run_once(
        loop_, dns,
        "query: a.test\n    servers: '127.0.0.1:" + std::to_string(peer.port()) + "'\n    " + keys);
  }
  static test::Peer::Script says(const Said& said, std::size_t cut = 0) {
    return [said, cut](test::Connection& c) -> asio::awaitable<void> {
      const std::string size = co_await c.read_exactly(2);
      const std::string query = co_await c.read_exactly(static_cast<unsigned char>(size[0]) * 256u +
                                                        static_cast<unsigned char>(size[1]));
      const std::string bytes = answer(query, said);
      const std::string framed = be16(bytes.size()) + bytes;
      co_await c.write_slowly(framed.substr(0, framed.size() - cut), 5, 0ms);
    };
  }
};

TEST_F(DnsByTcp, IsAskedWhereUdpIsTooSmall) {
  Said many;
  for (int i = 0; i < 300; ++i)
    many.records.push_back(record(to_question, 1, "\1\2\3" + std::string(1, static_cast<char>(i))));
  const Seen seen = cut_short(says(many), "expect: {at_least: 300}");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_THAT(seen.evidence.frames().back().text, HasSubstr(" by TCP: NOERROR"));
}

TEST_F(DnsByTcp, Misbehaving) {
  EXPECT_EQ(cut_short(says(one_address, 3)).reason(), "truncated");
  EXPECT_EQ(cut_short(says({.flags = 0x8380})).reason(), "truncated");
  EXPECT_EQ(cut_short(says({.id_off = 1})).reason(), "protocol");
  EXPECT_EQ(cut_short([](test::Connection& c) -> asio::awaitable<void> {
              co_await c.read_some();
              c.close();
            }).reason(),
            "truncated");
  EXPECT_EQ(run_once(loop_, dns, "query: a.test\n    transport: tcp\n    servers: '127.0.0.1:1'").reason(),
            "connect_refused");
}

TEST_F(DnsPeers, EachServerIsAskedOnItsOwn) {
  UdpServer right(loop_.io, [](auto query) { return std::vector{answer(query, one_address)}; });
  UdpServer wrong(loop_.io, [](auto query) { return std::vector{answer(query, {.flags = 0x8185})}; });
  UdpServer other(loop_.io, [](auto query) {
    return std::vector{answer(query, {.records = {record(to_question, 1, "\1\2\3\5")}})};
  });
  UdpServer silent(loop_.io, [](auto) { return std::vector<std::string>(); });
  const auto run = [&](std::initializer_list<const UdpServer*> servers, const std::string& keys) {
    std::string list;
    for (const UdpServer* server : servers) list += (list.empty() ? "'" : ", '") + server->at() + "'";
    return run_once(loop_, dns,
                    "query: a.test\n    try_timeout: 60ms\n    servers: [" + list + "]\n    " + keys);
  };
  EXPECT_EQ(run({&right, &other}, "").result.verdict, Verdict::pass);
  const Seen apart = run({&right, &other}, "agree: true");
  EXPECT_EQ(apart.reason(), "assertion");
  EXPECT_EQ(apart.result.detail, other.at() + " says 1.2.3.5, others 1.2.3.4");
  const Seen two_wrong = run({&silent, &right, &wrong}, "");
  EXPECT_EQ(two_wrong.result.verdict, Verdict::fail);
  EXPECT_EQ(two_wrong.result.detail, silent.at() + ": no answer; " + wrong.at() + ": answers REFUSED");
  const Seen enough = run({&silent, &right, &wrong}, "enough: 1");
  EXPECT_EQ(enough.result.verdict, Verdict::warn);
  EXPECT_EQ(enough.reason(), "dns_timeout");
  EXPECT_EQ(run({&silent, &right, &wrong}, "enough: 2").result.verdict, Verdict::fail);
}

TEST_F(DnsPeers, TheDeadlineOfARunEndsItWhereItWas) {
  UdpServer silent(loop_.io, [](auto) { return std::vector<std::string>(); });
  Reading reading("query: a.test\n    try_timeout: 10s\n    servers: ['" + silent.at() + "', '" +
                  silent.at() + "']");
  const auto probe = dns.make(reading.fields(), loop_.services);
  Seen seen;
  answerback::Run run{loop_.clock, loop_.clock.now() + 10s, seen.phases, seen.evidence, RunId{{1}, {1}}};
  const auto result = test::finish(loop_.io, within(loop_.clock, loop_.clock.now() + 50ms, probe->run(run)));
  EXPECT_FALSE(result);
  EXPECT_EQ(seen.phases.late(), Reason::dns_timeout);
  // With a deadline of its own it says itself who was silent.
  answerback::Run short_run{loop_.clock, loop_.clock.now() + 100ms, seen.phases, seen.evidence,
                            RunId{{1}, {1}}};
  EXPECT_THAT(test::finish(loop_.io, probe->run(short_run)).detail, HasSubstr("no answer; "));
  EXPECT_LT(loop_.clock.now(), short_run.deadline);
}

TEST(Dns, ServersOfTheSystem) {
  const test::TempFile file("nameserver 10.1.2.3\n# no\nnameserver ::5\noptions ndots:5\n");
  EXPECT_THAT(net::dns_servers_of(file.path(), 5), testing::ElementsAre("10.1.2.3:53", "[::5]:53"));
}

}  // namespace
}  // namespace answerback::probes
