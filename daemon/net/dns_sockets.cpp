#include "net/dns_sockets.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>

namespace answerback::net {
namespace {

// The answers to a few hundred questions asked at once have to fit: one socket gets them all.
constexpr int receive_buffer = 1024 * 1024;

// RFC 1035 4.1.1.
constexpr ares_ssize_t dns_header_size = 12;
constexpr unsigned char bit_response = 0x80, bit_cut = 0x02;  // both of the third byte

void look_for_cut(const unsigned char* packet, ares_ssize_t size, const AnswerCut& cut) {
  if (size <= dns_header_size || (packet[2] & bit_response) == 0 || (packet[2] & bit_cut) == 0) return;
  char* name = nullptr;
  long encoded = 0;
  if (ares_expand_name(packet + dns_header_size, packet, static_cast<int>(size), &name, &encoded) !=
      ARES_SUCCESS)
    return;
  cut(name);
  ares_free_string(name);
}

ares_socket_t cares_socket(int domain, int type, int protocol, void*) {
  const int fd = ::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd >= 0) (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  return fd;
}

int cares_close(ares_socket_t socket, void*) { return ::close(socket); }

int cares_connect(ares_socket_t socket, const sockaddr* to, ares_socklen_t size, void*) {
  return ::connect(socket, to, size);
}

ares_ssize_t cares_receive(ares_socket_t socket, void* buffer, std::size_t size, int flags, sockaddr* from,
                           ares_socklen_t* from_size, void* cut) {
  const ares_ssize_t received = ::recvfrom(socket, buffer, size, flags, from, from_size);
  look_for_cut(static_cast<const unsigned char*>(buffer), received, *static_cast<AnswerCut*>(cut));
  return received;
}

ares_ssize_t cares_send(ares_socket_t socket, const iovec* parts, int count, void*) {
  return ::writev(socket, parts, count);
}

constexpr ares_socket_functions cares_functions{.asocket = cares_socket,
                                                .aclose = cares_close,
                                                .aconnect = cares_connect,
                                                .arecvfrom = cares_receive,
                                                .asendv = cares_send};

}  // namespace

void read_along(ares_channel channel, AnswerCut& cut) {
  ares_set_socket_functions(channel, &cares_functions, &cut);
}

}  // namespace answerback::net
