#include "admin.h"

#include <chrono>
#include <csignal>

namespace answerback {

namespace {

constexpr std::chrono::seconds look_every{1};

}  // namespace

Admin::Admin(Calls calls) : calls_(std::move(calls)), signals_(loop_, SIGTERM, SIGINT, SIGHUP) {
  for (const int number : {SIGUSR1, SIGUSR2}) signals_.add(number);
  wait_for_signal();
}

void Admin::serve() {
  if (calls_.look) look_again();
  thread_ = std::jthread([this] { loop_.run(); });
}

Admin::~Admin() { stop(); }

void Admin::stop() { loop_.stop(); }

void Admin::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    if (number == SIGTERM || number == SIGINT) {
      calls_.stop();
      return;
    }
    number == SIGHUP ? calls_.reload() : calls_.tell();
    wait_for_signal();
  });
}

void Admin::look_again() {
  timer_.expires_after(look_every);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    calls_.look();
    look_again();
  });
}

}  // namespace answerback
