#include "probes/redis/redis.h"

#include <gmock/gmock.h>

#include "probes/one_run.h"
#include "probes/redis/wire.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = RedisReply::Kind;

TEST(RedisWire, CommandsAreArraysOfBulks) {
  const std::string words[] = {"SET", "k", "a\r\n"};
  EXPECT_EQ(redis_command(words), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na\r\n\r\n");
}

TEST(RedisWire, RepliesAreReadHoweverTheyAreCut) {
  struct Row {
    std::string bytes;
    Kind kind;
    std::string text;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"+PONG\r\n", Kind::status, "PONG"},
           {"-ERR no\r\n", Kind::error, "ERR no"},
           {":-12\r\n", Kind::integer, "-12"},
           {"$-1\r\n", Kind::null, ""},
           {"$5\r\na\r\nbc\r\n", Kind::bulk, "a\r\nbc"},
           {"$0\r\n\r\n", Kind::bulk, ""},
       }) {
    for (std::size_t cut = 0; cut < row.bytes.size(); ++cut) {
      const auto part = read_redis_reply(std::string_view(row.bytes).substr(0, cut));
      ASSERT_TRUE(part) << row.bytes << cut;
      EXPECT_FALSE(*part) << row.bytes << cut;
    }
    const auto whole = read_redis_reply(row.bytes + "+more");
    ASSERT_TRUE(whole && *whole) << row.bytes;
    EXPECT_EQ((*whole)->reply.kind, row.kind);
    EXPECT_EQ((*whole)->reply.text, row.text);
    EXPECT_EQ((*whole)->size, row.bytes.size());
  }
}

TEST(RedisWire, WhatIsNoReplyIsTold) {
  for (const auto& [bytes, reason] : std::initializer_list<std::pair<std::string, std::string_view>>{
           {"HTTP/1.1 400 Bad Request\r\n", "protocol"},
           {"*1\r\n", "protocol"},
           {":x\r\n", "protocol"},
           {"$x\r\n", "protocol"},
           {"$-2\r\n", "protocol"},
           {"$99999999999999999999\r\n", "protocol"},
           {"$2\r\nabc\r\n", "protocol"},
           {"$300000\r\n", "too_large"},
           {"+" + std::string(5000, 'a'), "too_large"},
           {std::string(1, '\0'), "protocol"},
       }) {
    const auto reply = read_redis_reply(bytes);
    ASSERT_FALSE(reply) << bytes;
    EXPECT_EQ(name(reply.error().reason), reason) << bytes;
  }
}

TEST(RedisWire, ErrorsHaveTheirReasons) {
  for (const auto& [error, doing, reason] :
       std::initializer_list<std::tuple<std::string_view, std::string_view, std::string_view>>{
           {"WRONGPASS invalid username-password pair or user is disabled.", "AUTH", "auth"},
           {"ERR Client sent AUTH, but no password is set", "AUTH", "auth"},
           {"NOAUTH Authentication required.", "PING", "auth"},
           {"NOPERM this user has no permissions to run the 'set' command", "SET", "forbidden"},
           {"LOADING Redis is loading the dataset in memory", "PING", "not_ready"},
           {"MASTERDOWN Link with MASTER is down", "GET", "not_ready"},
           {"READONLY You can't write against a read only replica.", "SET", "read_only"},
           {"MISCONF Redis is configured to save RDB snapshots", "SET", "read_only"},
           {"OOM command not allowed when used memory > 'maxmemory'.", "SET", "overloaded"},
           {"ERR max number of clients reached", "PING", "too_many_connections"},
           {"ERR unknown command", "PING", "protocol"},
           {"", "PING", "protocol"},
       }) {
    EXPECT_EQ(name(redis_failure(error, doing).reason), reason) << error;
  }
}

TEST(RedisWire, InfoIsReadByLine) {
  constexpr std::string_view info = "# Memory\r\nused_memory:10\r\nused_memory_rss:20\r\nmaxmemory:0";
  EXPECT_EQ(redis_info(info, "used_memory"), "10");
  EXPECT_EQ(redis_info(info, "maxmemory"), "0");
  EXPECT_EQ(redis_info(info, "memory"), std::nullopt);
}

// A server that answers each command with the next of these.
test::Peer::Script answers(std::vector<std::string> replies) {
  return [replies = std::move(replies)](test::Connection& c) -> asio::awaitable<void> {
    for (const std::string& reply : replies) {
      co_await c.read_some();
      co_await c.write_slowly(reply, 3, std::chrono::milliseconds(0));
    }
    co_await c.hold();
  };
}

Seen against(std::vector<std::string> replies, const std::string& keys = "") {
  Loop loop;
  test::Peer peer(loop.io, answers(std::move(replies)));
  return run_once(
      loop, redis,
      "address: '127.0.0.1:" + std::to_string(peer.port()) + "'" + (keys.empty() ? "" : "\n    " + keys));
}

TEST(Redis, PongIsEnough) {
  const Seen seen = against({"+PONG\r\n"});
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_EQ(seen.phases.current(), Phase::ping);
}

TEST(Redis, EveryAnswerIsChecked) {
  const std::string memory = "used_memory:95\r\nmaxmemory:100\r\n";
  const std::string full = "$" + std::to_string(memory.size()) + "\r\n" + memory + "\r\n";
  for (const auto& [replies, keys, told] :
       std::initializer_list<std::tuple<std::vector<std::string>, std::string, std::string>>{
           {{"+PANG\r\n"}, "", "assertion PING wanted PONG, got PANG"},
           {{"-NOAUTH Authentication required.\r\n"},
            "",
            "auth PING was answered: NOAUTH Authentication required."},
           {{"HTTP/1.1 400\r\n"}, "", "protocol that is no reply of Redis: HTT"},
           {{"+OK\r\n", "-ERR DB index is out of range\r\n"},
            "password: pw\n    database: 99",
            "no_database SELECT was answered: ERR DB index is out of range"},
           {{"+PONG\r\n", "-READONLY no\r\n"}, "write: true", "read_only SET was answered: READONLY no"},
           {{"+PONG\r\n", "+OK\r\n", "$-1\r\n"},
            "write: true",
            "assertion GET wanted what was just written, " + std::string("0100000000000000") +
                "0000000000000000, got nothing"},
           {{"+PONG\r\n", "$10\r\nrole:slave\r\n"},
            "role: primary",
            "read_only it is a replica, wanted a primary"},
           {{"+PONG\r\n", "$0\r\n\r\n"},
            "role: primary",
            "assertion it is no Redis server (a Sentinel?), wanted a primary"},
           {{"+PONG\r\n", full}, "memory: {fail: 0.9}", "overloaded memory is 95 % full ()"},
       }) {
    const Seen seen = against(replies, keys);
    EXPECT_EQ(seen.result.verdict, Verdict::fail) << told;
    EXPECT_EQ(std::string(seen.reason()) + " " + seen.result.detail, told);
  }
  EXPECT_EQ(against({"+PONG\r\n", full}, "memory: {warn: 0.9}").result.verdict, Verdict::warn);
  EXPECT_EQ(against({"+PONG\r\n", full}, "memory: {warn: 0.96}").result.verdict, Verdict::pass);
}

TEST(Redis, AKeyOfAnotherNodeOfAClusterIsNoFault) {
  const std::string value = "01000000000000000000000000000000";
  const std::string moved = "-MOVED 3999 127.0.0.1:6381\r\n";
  std::vector<std::string> replies = {
      "+PONG\r\n", moved, "-ASK 7 127.0.0.1:6381\r\n", "+OK\r\n", "$32\r\n" + value + "\r\n", ":1\r\n"};
  const Seen seen = against(replies, "write: true");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  replies = {"+PONG\r\n"};
  for (int i = 0; i < 64; ++i) replies.push_back(moved);
  const Seen replica = against(replies, "write: true");
  EXPECT_EQ(replica.reason(), "read_only");
  EXPECT_THAT(replica.result.detail, testing::HasSubstr("none of 64 keys belongs to this node"));
}

TEST(Redis, APasswordGivenBackIsMasked) {
  const Seen seen = against({"-ERR unknown command 'AUTH', with args beginning with: 'hunter22'\r\n"},
                            "password: hunter22");
  EXPECT_EQ(seen.reason(), "auth");
  EXPECT_THAT(seen.result.detail, HasSubstr("<secret>"));
  for (const Frame& frame : seen.evidence.frames()) EXPECT_THAT(frame.text, Not(HasSubstr("hunter22")));
}

TEST(Redis, MistakesAreTold) {
  Reading reading("address: nowhere\n    user: u\n    tls_config: {server_name: a}\n    memory: {warn: 90}");
  read_redis(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {".address", "without a password", "without tls: true", "memory.warn"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

}  // namespace
}  // namespace answerback::probes
