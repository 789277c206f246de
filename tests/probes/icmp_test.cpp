#include "probes/icmp/icmp.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/icmp/echo.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(IcmpEcho, OnlyOurOwnComesBack) {
  for (const bool v6 : {false, true}) {
    const IcmpEcho echo{.v6 = v6, .sequence = 0x1234, .mark = "0123456789abcdef", .payload = 40};
    const std::string request = icmp_request(echo);
    EXPECT_EQ(request.size(), 48u);
    EXPECT_EQ(static_cast<unsigned char>(request[0]), v6 ? 128 : 8);
    EXPECT_EQ(icmp_reply(request, echo), std::nullopt);  // not a reply
    std::string reply = request;
    reply[0] = v6 ? static_cast<char>(129) : '\0';
    EXPECT_EQ(icmp_reply(reply, echo), 0x1234);
    for (std::size_t size = 0; size < reply.size(); ++size)
      EXPECT_EQ(icmp_reply(reply.substr(0, size), echo), std::nullopt);
    for (std::size_t i = 0; i < reply.size(); ++i) {
      if (i >= 2 && i < 8) continue;  // checksum, identifier: the kernel's; sequence
      std::string other = reply;
      other[i] ^= 1;
      EXPECT_EQ(icmp_reply(other, echo), std::nullopt) << i;
    }
  }
}

TEST(IcmpEcho, AShortOneHoldsTheBeginningOfTheMark) {
  const IcmpEcho echo{.mark = "0123456789abcdef", .payload = 3};
  std::string reply = icmp_request(echo);
  EXPECT_EQ(reply.substr(8), "012");
  reply[0] = '\0';
  EXPECT_TRUE(icmp_reply(reply, echo));
  reply[10] = '3';
  EXPECT_FALSE(icmp_reply(reply, echo));
}

TEST(Icmp, LossAndTimeAreJudged) {
  const auto judged = [](const std::string& keys, const IcmpTally& tally) {
    Reading reading("host: a" + (keys.empty() ? "" : "\n    " + keys));
    const IcmpSettings settings = read_icmp(reading.fields());
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    const ProbeResult result = judge(settings, tally);
    return std::string(name(result.verdict)) + " " + std::string(name(result.reason)) + " " + result.detail;
  };
  const IcmpTally all{.sent = 4, .received = 4, .total = 8ms, .least = 1ms, .most = 3ms};
  const IcmpTally half{.sent = 4, .received = 2, .total = 4ms, .least = 1ms, .most = 3ms};
  const IcmpTally one{.sent = 4, .received = 1, .total = 2ms, .least = 2ms, .most = 2ms};
  EXPECT_EQ(judged("", all), "pass  4 of 4 echoes came back, in 2.00 ms on average (1.00 ms to 3.00 ms)");
  EXPECT_THAT(judged("", half), HasSubstr("warn assertion 2 of 4 echoes came back"));
  EXPECT_THAT(judged("loss: {warn: 0.5}", half), HasSubstr("pass"));
  EXPECT_THAT(judged("", one), HasSubstr("75 % lost, fails above 50 %"));
  EXPECT_EQ(judged("", {.sent = 4}), "fail unreachable none of 4 echoes came back");
  EXPECT_EQ(judged("", {}), "unknown no_evidence there was no time to send an echo");
  EXPECT_THAT(judged("slow: {warn: 1ms}", all), HasSubstr("warn slow"));
  EXPECT_THAT(judged("slow: {fail: 1ms}", all), HasSubstr("fail slow"));
  EXPECT_THAT(judged("slow: {fail: 2ms}", all), HasSubstr("pass"));
}

bool may_ping(int family) {
  const int fd =
      ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC,
               family == AF_INET ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6));
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// Where the kernel lets us it must work, where not it must say so; tests/e2e/icmp_test.py sees both.
TEST(Icmp, OurOwnMachineAnswersOrWeMayNotAsk) {
  Loop loop;
  const Seen seen = run_once(loop, icmp, "host: 127.0.0.1\n    gap: 1ms");
  if (may_ping(AF_INET)) {
    EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
    EXPECT_THAT(seen.result.detail, HasSubstr("3 of 3 echoes came back"));
    EXPECT_GT(seen.evidence.bytes_received(), 0u);
  } else {
    EXPECT_EQ(seen.result.verdict, Verdict::unknown);
    EXPECT_THAT(seen.result.detail, HasSubstr("sysctl -w net.ipv4.ping_group_range"));
  }
}

TEST(Icmp, MistakesAreTold) {
  Reading reading("family: v5\n    count: 0\n    loss: {warn: 0.9}");
  read_icmp(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {".host", ".family", ".count", "loss.warn"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

}  // namespace
}  // namespace answerback::probes
