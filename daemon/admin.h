#pragma once
// Whoever steers the daemon from outside the port: signals, and files that changed. On a thread of its own,
// since a reload may block and must not hold the loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <thread>

namespace answerback {

class Admin {
 public:
  struct Calls {  // all on the admin's thread
    std::function<void()> reload;
    std::function<void()> stop;
    std::function<void()> tell;       // how things stand
    std::function<void()> look = {};  // once a second, where files are watched
  };

  // From now on SIGHUP (reload), SIGTERM and SIGINT (stop), SIGUSR1 and SIGUSR2 (tell: others reopen a log,
  // or dump what they know) wait for serve() and do nothing else.
  explicit Admin(Calls);
  ~Admin();  // waits for the call under way

  void serve();  // once
  void stop();   // no call begins any more; any thread

 private:
  void wait_for_signal();
  void look_again();

  const Calls calls_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_{loop_};
  std::jthread thread_;
};

}  // namespace answerback
