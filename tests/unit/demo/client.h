#pragma once
// A platform in the test's own process, and a client of it that keeps everything it hears.

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/platform.h"
#include "support/peer.h"

namespace demo::test {

namespace asio = boost::asio;
namespace json = boost::json;
using answerback::test::finish;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

using Headers = std::map<std::string, std::string>;

struct HttpAnswer {
  unsigned status = 0;
  Headers headers = {};  // names in lower case
  std::string body = {};
  bool whole = false;  // false: the connection ended first

  json::value value() const;                         // null: not JSON
  std::string at(const std::string& pointer) const;  // as a text; empty: not there
};

// A request on a connection of its own.
asio::awaitable<HttpAnswer> http(std::uint16_t port, std::string method, std::string target,
                                 std::string body = "", Headers headers = {});

struct Frame {
  std::string bytes;
  bool binary = false;
  std::chrono::steady_clock::time_point at;

  json::value value() const;
  std::string name() const;  // of the event, whatever its shape; otherwise its type; "?" for neither
  std::string field(const std::string& key) const;  // of the event, at root, in payload or in data
};

struct Offer {
  std::string target = "/ws";
  std::string authorization;
  std::string protocols;
};

// A WebSocket read by a coroutine of its own, so that waiting for a frame harms nothing.
class Socket {
 public:
  static asio::awaitable<Socket> open(std::uint16_t port, Offer offer);

  unsigned upgrade_status() const;             // 101, or what refused
  std::string subprotocol() const;             // selected by the platform
  std::optional<unsigned> close_code() const;  // once it is closed
  asio::awaitable<void> send(std::string text);
  asio::awaitable<std::optional<Frame>> next(milliseconds limit);  // nullopt: none in time, or closed
  asio::awaitable<std::vector<Frame>> until_quiet(milliseconds quiet = 150ms);
  asio::awaitable<void> close();

 private:
  struct State;
  static asio::awaitable<void> listen(std::shared_ptr<State>);
  std::shared_ptr<State> state_;
};

std::string request(const std::string& type, const std::string& text,
                    const std::string& key = "user_request");
std::vector<std::string> names(const std::vector<Frame>&);

inline constexpr const char* question = "What is 417 times 293?";
inline constexpr const char* right_answer = "122181";

class PlatformTest : public testing::Test {
 public:  // coroutines of a test are functions of their own
  static Options fast();
  void begin(Options options = fast());
  ~PlatformTest() override;

  std::string token(const std::string& user = "canary") const;
  asio::awaitable<Socket> sign_in(std::string user = "canary");  // welcome and ping not yet read
  // Everything said after the welcome and the ping, in answer to one message, until it is quiet.
  // Both ends share one loop, so that a short quiet is enough: the platform's earlier timers fire first.
  std::vector<Frame> converse(std::string message, milliseconds quiet = 150ms);

  template <class T>
  T run(asio::awaitable<T> work) {
    return finish(io, std::move(work));
  }
  void run(asio::awaitable<void> work);

  asio::io_context io;
  Options options;
  std::unique_ptr<Platform> platform;
  std::uint16_t port = 0;
};

}  // namespace demo::test
