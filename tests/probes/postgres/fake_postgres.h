#pragma once
// A peer on 127.0.0.1 that speaks as much PostgreSQL as a test tells it to, and remembers what it was told.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace answerback::test {

// One accepted connection, blocking. Reading ends (empty) when the client or the test leaves.
class FakeClient {
 public:
  explicit FakeClient(int socket) : socket_(socket) {}
  void send(std::string_view bytes) const;  // false errors: the client may have left
  std::string read(std::size_t bytes) const;
  std::string read_startup() const;  // refuses TLS when asked for it, as a server without it
  std::string read_message() const;  // type, length, content
  std::string read_rest() const;     // until the client leaves
  void reset() const;

 private:
  int socket_;
};

class FakePostgres {
 public:
  using Script = std::function<void(FakeClient&)>;
  explicit FakePostgres(Script);  // runs for each connection, one after the other
  ~FakePostgres();

  // Without TLS, and with a password that must not be seen.
  std::string dsn(std::string_view more = "sslmode=disable") const;
  static constexpr std::string_view password = "open-sesame-93";

 private:
  int listener_, port_ = 0;
  std::atomic<int> client_{-1};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Messages of the server: https://www.postgresql.org/docs/15/protocol-message-formats.html
std::string message(char type, std::string_view content);
std::string int32(std::uint32_t);
std::string authentication(std::uint32_t kind, std::string_view data = {});
std::string error(std::string_view sqlstate, std::string_view text);
std::string parameter(std::string_view key, std::string_view value);

}  // namespace answerback::test
