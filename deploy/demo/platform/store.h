#pragma once
// Threads and runs: in PostgreSQL, by one thread that may block, or in memory when there is no database.
//
// Tables `threads` and `runs` are made on the first connection. All functions belong to the loop's thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <expected>
#include <memory>
#include <string>

#include "platform/faults.h"

namespace demo {

namespace asio = boost::asio;

struct Job {  // one request to the agent
  std::string user, run, thread, text;
};

class Store {
 public:
  template <class T>
  using Outcome = asio::awaitable<std::expected<T, std::string>>;  // or what went wrong

  // `dsn` empty: memory. The fault `database` breaks every call before it reaches the database.
  Store(const asio::any_io_executor&, std::string dsn, const Faults&);
  ~Store();
  void stop();  // ends the thread; calls under way never return

  bool has_database() const;
  Outcome<void> ping();
  Outcome<void> begin(Job);
  Outcome<void> finish(std::string run, std::string status, std::string answer);
  Outcome<boost::json::array> threads(std::string user);      // the user's last 50, newest first
  Outcome<bool> erase(std::string user, std::string thread);  // false: the user has no such thread

 private:
  class Worker;
  class Memory;
  const Faults& faults_;
  std::unique_ptr<Worker> worker_;  // null: memory
  std::unique_ptr<Memory> memory_;
};

}  // namespace demo
