#include "probes/postgres/fake_postgres.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace answerback::test {
namespace {

constexpr std::uint32_t ssl_request = 80877103;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

void FakeClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string FakeClient::read(std::size_t bytes) const {
  std::string data(bytes, '\0');
  const ssize_t count = recv(socket_, data.data(), bytes, MSG_WAITALL);
  data.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return data;
}

std::string FakeClient::read_startup() const {
  const std::string head = read(8);
  if (head.size() < 8) return {};
  if (big_endian(head.substr(4)) == ssl_request) {
    send("N");
    return read_startup();
  }
  return head + read(big_endian(head) - 8);
}

std::string FakeClient::read_message() const {
  const std::string head = read(5);
  return head.size() < 5 ? std::string() : head + read(big_endian(head.substr(1)) - 4);
}

std::string FakeClient::read_rest() const {
  std::string all;
  for (std::string piece; !(piece = read(1)).empty();) all += piece;
  return all;
}

void FakeClient::reset() const {
  constexpr linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

FakePostgres::FakePostgres(Script script) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] {
    for (int socket; (socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(socket)) {
      client_ = socket;
      if (stopping_) shutdown(socket, SHUT_RDWR);
      FakeClient client(socket);
      script(client);
      client_ = -1;
    }
  });
}

FakePostgres::~FakePostgres() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  if (const int client = client_; client >= 0) shutdown(client, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string FakePostgres::dsn(std::string_view more) const {
  return "postgresql://canary:" + std::string(password) + "@127.0.0.1:" + std::to_string(port_) + "/chat?" +
         std::string(more);
}

std::string int32(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string message(char type, std::string_view content) {
  return type + int32(static_cast<std::uint32_t>(content.size() + 4)) + std::string(content);
}

std::string authentication(std::uint32_t kind, std::string_view data) {
  return message('R', int32(kind) + std::string(data));
}

std::string error(std::string_view sqlstate, std::string_view text) {
  const std::string end(1, '\0');
  return message('E', "SFATAL" + end + "VFATAL" + end + "C" + std::string(sqlstate) + end + "M" +
                          std::string(text) + end + end);
}

std::string parameter(std::string_view key, std::string_view value) {
  const std::string end(1, '\0');
  return message('S', std::string(key) + end + std::string(value) + end);
}

}  // namespace answerback::test
