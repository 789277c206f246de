// Against a server that is other people's code: Python's websockets, as Debian packages it.

#include <gmock/gmock.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "probe/within.h"
#include "websocket_lab.h"

extern char** environ;
#if __has_feature(address_sanitizer)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Answers what it is asked: "close CODE WHY", "large N", anything else comes back. Prints its port.
constexpr const char* server_program = R"(
import asyncio, logging, sys, websockets

logging.disable()

async def serve(ws, path):
    async for message in ws:
        word, _, rest = message.partition(' ')
        if word == 'close':
            code, _, why = rest.partition(' ')
            await ws.close(int(code), why)
        elif word == 'large':
            await ws.send('abc\u00e4' * (int(rest) // 5))
        elif word == 'extensions':
            await ws.send(','.join(e.name for e in ws.extensions))
        elif word == 'fragments':
            await ws.send(['a' * 1000] * int(rest))
        elif word == 'binary':
            await ws.send(bytes(range(256)))
        else:
            await ws.send(message)

async def main():
    async with websockets.serve(serve, '127.0.0.1', 0, subprotocols=['chat'], ping_interval=0.05,
                                max_size=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
)";

// The server lives as long as this, or as long as we do: it ends when its standard input does.
class PythonServer {
 public:
  PythonServer() {
    int input[2], output[2];
    if (pipe(input) != 0 || pipe(output) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    for (const int fd : {input[0], input[1], output[0], output[1]})
      posix_spawn_file_actions_addclose(&actions, fd);
    std::string python = "/usr/bin/python3", dash = "-c", program = server_program;
    char* arguments[] = {python.data(), dash.data(), program.data(), nullptr};
    if (posix_spawn(&process_, python.c_str(), &actions, nullptr, arguments, environ) != 0) process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    output_ = output[0];
    for (char digit; ::read(output_, &digit, 1) == 1 && digit != '\n';) port_ = port_ * 10 + (digit - '0');
  }
  ~PythonServer() {
    for (const int fd : {input_, output_})
      if (fd >= 0) ::close(fd);
    if (process_ < 0) return;
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
  }
  int port() const { return port_; }  // 0: it did not start

 private:
  pid_t process_ = -1;
  int input_ = -1, output_ = -1, port_ = 0;
};

std::size_t allocated_bytes() {
#if __has_feature(address_sanitizer)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

struct OtherPeople : WebSocketTest {
  static PythonServer& server() {
    static PythonServer one;
    return one;
  }
  void SetUp() override {
    if (server().port() == 0) GTEST_SKIP() << "/usr/bin/python3 with the module websockets is not there";
  }
  WebSocket connected(bool deflate, WebSocketLimits limits = {}) {
    WebSocketRequest request;
    request.url = parse_url("ws://127.0.0.1:" + std::to_string(server().port()) + "/", {"ws"}).value();
    request.deflate = deflate;
    request.subprotocols = {"other", "chat"};
    request.limits = limits;
    return opened(request);
  }
  std::string ask(WebSocket& socket, const std::string& text) {
    EXPECT_TRUE(send(socket, text));
    return read(socket).value().data;
  }
};

TEST_F(OtherPeople, MessagesWithAndWithoutCompression) {
  for (const bool deflate : {false, true}) {
    WebSocket socket = connected(deflate);
    EXPECT_EQ(socket.subprotocol(), "chat");
    EXPECT_EQ(ask(socket, "extensions"), deflate ? "permessage-deflate" : "");
    for (const std::size_t size : {1u, 100u, 600u, 5000u, 70'000u, 500'000u}) {
      std::string text;
      for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i) + "\xc3\xa4 ";
      ASSERT_EQ(ask(socket, text), text) << size;
    }
    EXPECT_EQ(ask(socket, "large 1000000").size(), 1'000'000u);
    EXPECT_EQ(ask(socket, "fragments 1000"), std::string(1'000'000, 'a'));
    const std::string bytes = ask(socket, "binary");
    EXPECT_EQ(bytes.size(), 256u);
    close(socket);
  }
}

TEST_F(OtherPeople, AMessageUnpacksToTheCapAndNoFurther) {
  const WebSocketLimits limits{.message_bytes = 100'000};
  WebSocket socket = connected(true, limits);
  EXPECT_EQ(ask(socket, "large 100000").size(), 100'000u);
  EXPECT_TRUE(send(socket, "large 100005"));
  const std::uint64_t before = lab.evidence.bytes_received();
  expect_gone(read(socket), Reason::too_large, "100000 bytes");
  EXPECT_LT(lab.evidence.bytes_received() - before, 5000u);
}

TEST_F(OtherPeople, CloseCodes) {
  for (const unsigned code : {1000u, 1001u, 1008u, 1011u, 1012u, 3000u, 4401u, 4999u}) {
    WebSocket socket = connected(true);
    EXPECT_TRUE(send(socket, "close " + std::to_string(code) + " so it is"));
    const Read end = read(socket);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, code);
    EXPECT_EQ(end.error().why, "so it is");
  }
}

// It pings every 50 ms and hangs up when no answer comes within 20 s: here it is enough that it is content.
TEST_F(OtherPeople, PingsAreAnsweredWhileWaiting) {
  WebSocket socket = connected(true);
  const std::uint64_t sent = lab.evidence.bytes_sent();
  lab.cancelled_after(300ms, socket.read(lab.run));
  EXPECT_GT(lab.evidence.bytes_sent(), sent);
  EXPECT_EQ(ask(socket, "still here"), "still here");
}

// Thousands are open at once: what one holds while it waits, after a message there and back.
TEST_F(OtherPeople, AWaitingSocketIsSmall) {
  constexpr std::size_t count = 100, plain_cap = 16 * 1024, compressed_cap = 40 * 1024;
  for (const bool deflate : {false, true}) {
    std::vector<WebSocket> sockets;
    sockets.reserve(count);
    std::size_t ended = 0;
    const std::size_t before = allocated_bytes();
    for (std::size_t i = 0; i < count; ++i) {
      sockets.push_back(connected(deflate));
      EXPECT_EQ(ask(sockets.back(), "hello"), "hello");
    }
    const Steady until = lab.clock.now() + 20ms;
    for (WebSocket& socket : sockets)
      asio::co_spawn(lab.io, within(lab.clock, until, socket.read(lab.run)),
                     [&](const std::exception_ptr&, const std::optional<Read>&) { ++ended; });
    lab.io.restart();
    lab.io.run_for(10ms);
    const std::size_t each = (allocated_bytes() - before) / count;
    RecordProperty(deflate ? "compressed" : "plain", std::to_string(each));
    EXPECT_LT(each, deflate ? compressed_cap : plain_cap);
    while (ended < count && lab.io.run_one_for(5s) > 0) continue;
    EXPECT_EQ(ended, count);
  }
}

TEST_F(OtherPeople, AGoodbyeIsAnswered) {
  WebSocket socket = connected(true);
  const Steady before = lab.clock.now();
  close(socket, 10s);
  EXPECT_LT(lab.clock.now() - before, 5s);
}

}  // namespace
}  // namespace answerback::net
