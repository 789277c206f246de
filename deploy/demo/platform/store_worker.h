#pragma once
// One connection to PostgreSQL and the thread that blocks on it. Connects when asked the first time, and
// again after it was lost.

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

struct pg_conn;

namespace demo {

namespace asio = boost::asio;

class StoreWorker {
 public:
  using Rows = std::vector<std::vector<std::string>>;
  using Answer = std::expected<Rows, std::string>;  // or the server's or libpq's words, on one line

  StoreWorker(asio::any_io_executor, std::string dsn);
  ~StoreWorker();
  void stop();

  // `sql` must be a literal; parameters as texts, $1 first.
  asio::awaitable<Answer> query(const char* sql, std::vector<std::string> parameters);

 private:
  struct Question {
    const char* sql;
    std::vector<std::string> parameters;
    asio::any_completion_handler<void(Answer)> handler;
  };
  struct Disconnect {
    void operator()(pg_conn*) const;
  };

  void work();
  Answer ask(const Question&);
  std::expected<void, std::string> connect();

  asio::any_io_executor executor_;
  std::string dsn_;
  std::unique_ptr<pg_conn, Disconnect> connection_;  // the thread's

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Question> questions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace demo
