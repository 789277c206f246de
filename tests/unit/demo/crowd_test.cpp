// Two hundred sockets at once, each with its own question and its own right answer.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "platform/tasks.h"
#include "unit/demo/client.h"

namespace demo::test {
namespace {

class Crowd : public PlatformTest {
 protected:
  static constexpr int many = 200;

  // Asks and keeps the last frame heard.
  asio::awaitable<void> one(int number) {
    Socket socket = co_await sign_in("user-" + std::to_string(number));
    co_await socket.send(request("start_agent", "What is " + std::to_string(1000 + number) + " times 3?"));
    while (const auto frame = co_await socket.next(20s))
      if (frame->name() == "agent_completed") {
        right_ += frame->field("final_response").find(" " + std::to_string(3 * (1000 + number)) + ".") !=
                      std::string::npos &&
                  frame->field("user_id") == "user-" + std::to_string(number);
        break;
      }
    co_await socket.close();
    ++ended_;
  }

  int right_ = 0, ended_ = 0;
};

TEST_F(Crowd, EachGetsItsOwnAnswer) {
  Options few = fast();
  few.event_gap = 20ms;
  few.llm_connections = 32;
  begin(few);
  Tasks tasks(io.get_executor());
  for (int i = 0; i < many; ++i) tasks.spawn(one(i));
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (ended_ < many && io.run_one_until(end) > 0) continue;
  EXPECT_EQ(ended_, many);
  EXPECT_EQ(right_, many);
  EXPECT_EQ(platform->counters().runs, 200U);
  EXPECT_EQ(platform->counters().completed, 200U);
  EXPECT_LE(platform->counters().connections, 200U + 32U);  // the model's connections are kept and shared
}

}  // namespace
}  // namespace demo::test
