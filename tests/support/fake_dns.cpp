#include "support/fake_dns.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>

namespace answerback::test {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Bytes = std::vector<std::uint8_t>;

// RFC 1035.
constexpr std::uint16_t type_a = 1, type_cname = 5, type_aaaa = 28;
constexpr std::size_t header_size = 12, udp_limit = 512;

void put16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_name(Bytes& out, const std::string& name) {
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    out.push_back(static_cast<std::uint8_t>(end - begin));
    out.insert(out.end(), name.begin() + static_cast<std::ptrdiff_t>(begin),
               name.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end + 1;
  }
  out.push_back(0);
}

struct Question {
  std::uint16_t id = 0, type = 0;
  std::string name;
  Bytes raw;  // name, type and class as they came
};

std::optional<Question> read_question(const Bytes& packet) {
  if (packet.size() < header_size + 5) return std::nullopt;
  Question q;
  q.id = static_cast<std::uint16_t>(packet[0] << 8 | packet[1]);
  std::size_t at = header_size;
  while (at < packet.size() && packet[at] != 0) {
    if (!q.name.empty()) q.name += '.';
    for (std::size_t n = packet[at++]; n > 0 && at < packet.size(); --n)
      q.name += static_cast<char>(packet[at++]);
  }
  if (at + 5 > packet.size()) return std::nullopt;
  q.type = static_cast<std::uint16_t>(packet[at + 1] << 8 | packet[at + 2]);
  q.raw.assign(packet.begin() + header_size, packet.begin() + static_cast<std::ptrdiff_t>(at + 5));
  return q;
}

struct Reply {
  explicit Reply(const Question& question) : q(question) {}

  void record(const std::string& owner, std::uint16_t type, const Bytes& data) {
    put_name(records, owner);
    put16(records, type);
    put16(records, 1);
    put16(records, 0);
    put16(records, 60);  // TTL
    put16(records, data.size());
    records.insert(records.end(), data.begin(), data.end());
    ++count;
  }
  void alias(const std::string& owner, const std::string& of) {
    Bytes data;
    put_name(data, of);
    record(owner, type_cname, data);
  }
  void addresses(const std::string& owner, const std::vector<asio::ip::address>& all) {
    for (const auto& address : all) {
      if (address.is_v4() && q.type == type_a) {
        const auto b = address.to_v4().to_bytes();
        record(owner, type_a, Bytes(b.begin(), b.end()));
      } else if (address.is_v6() && q.type == type_aaaa) {
        const auto b = address.to_v6().to_bytes();
        record(owner, type_aaaa, Bytes(b.begin(), b.end()));
      }
    }
  }
  Bytes packet(std::size_t limit) const {
    const bool cut = header_size + q.raw.size() + records.size() > limit;
    Bytes out;
    put16(out, id.value_or(q.id));
    put16(out, 0x8180u | (cut ? 0x0200u : 0u) | rcode);  // response, recursion desired and available
    put16(out, 1);
    put16(out, cut ? 0 : count);
    put16(out, 0);
    put16(out, 0);
    out.insert(out.end(), q.raw.begin(), q.raw.end());
    if (!cut) out.insert(out.end(), records.begin(), records.end());
    return out;
  }

  const Question& q;
  std::optional<std::uint16_t> id = {};
  std::size_t rcode = 0, count = 0;
  Bytes records = {};
};

std::optional<Bytes> reply_to(const Question& q, const DnsAnswer& answer, std::size_t limit) {
  Reply reply(q);
  switch (answer.way) {
    case DnsAnswer::Way::addresses: reply.addresses(q.name, answer.addresses); break;
    case DnsAnswer::Way::formerr: reply.rcode = 1; break;
    case DnsAnswer::Way::servfail: reply.rcode = 2; break;
    case DnsAnswer::Way::nxdomain: reply.rcode = 3; break;
    case DnsAnswer::Way::refused: reply.rcode = 5; break;
    case DnsAnswer::Way::silent: return std::nullopt;
    case DnsAnswer::Way::wrong_id:
      reply.id = static_cast<std::uint16_t>(q.id + 1);
      reply.addresses(q.name, answer.addresses);
      break;
    case DnsAnswer::Way::cname_chain:
      reply.alias(q.name, "a1." + q.name);
      reply.alias("a1." + q.name, "a2." + q.name);
      reply.alias("a2." + q.name, "a3." + q.name);
      reply.addresses("a3." + q.name, answer.addresses);
      break;
    case DnsAnswer::Way::cname_loop:
      reply.alias(q.name, "loop." + q.name);
      reply.alias("loop." + q.name, q.name);
      break;
    case DnsAnswer::Way::garbage: return Bytes(40, 0xff);
  }
  return reply.packet(limit);
}

}  // namespace

struct FakeDns::Impl : std::enable_shared_from_this<Impl> {
  using Send = std::function<void(Bytes)>;

  explicit Impl(const asio::any_io_executor& e) : executor(e), udp(e), tcp(e) {
    while (!bound()) {
    }
    udp.set_option(asio::socket_base::receive_buffer_size(1024 * 1024));
    tcp.listen();
  }

  // One port for both; the one UDP is given may be taken for TCP.
  bool bound() {
    error_code error;
    udp = asio::ip::udp::socket(executor, {asio::ip::address_v4::loopback(), 0});
    tcp = asio::ip::tcp::acceptor(executor, asio::ip::tcp::v4());
    tcp.bind({asio::ip::address_v4::loopback(), udp.local_endpoint().port()}, error);
    return !error;
  }

  void receive() {
    udp.async_receive_from(
        asio::buffer(buffer), from, [self = shared_from_this()](const error_code& error, std::size_t n) {
          if (self->stopped || error == asio::error::operation_aborted) return;
          if (!error)
            self->answer(Bytes(self->buffer.begin(), self->buffer.begin() + static_cast<std::ptrdiff_t>(n)),
                         udp_limit, [self, to = self->from](const Bytes& packet) {
                           error_code ignored;
                           self->udp.send_to(asio::buffer(packet), to, 0, ignored);
                         });
          self->receive();
        });
  }

  void accept() {
    tcp.async_accept([self = shared_from_this()](const error_code& error, asio::ip::tcp::socket socket) {
      if (self->stopped || error) return;
      self->serve(std::make_shared<asio::ip::tcp::socket>(std::move(socket)));
      self->accept();
    });
  }

  void serve(const std::shared_ptr<asio::ip::tcp::socket>& socket) {
    const auto size = std::make_shared<std::array<std::uint8_t, 2>>();
    asio::async_read(*socket, asio::buffer(*size),
                     [self = shared_from_this(), socket, size](const error_code& error, auto) {
                       if (error) return;
                       const auto packet =
                           std::make_shared<Bytes>(static_cast<std::size_t>((*size)[0] << 8 | (*size)[1]));
                       asio::async_read(*socket, asio::buffer(*packet),
                                        [self, socket, packet](const error_code& failed, auto) {
                                          if (failed) return;
                                          self->answer(*packet, 65535, [socket](const Bytes& reply) {
                                            Bytes framed;
                                            put16(framed, reply.size());
                                            framed.insert(framed.end(), reply.begin(), reply.end());
                                            error_code ignored;
                                            asio::write(*socket, asio::buffer(framed), ignored);
                                          });
                                          self->serve(socket);
                                        });
                     });
  }

  void answer(const Bytes& packet, std::size_t limit, Send send) {
    const auto q = read_question(packet);
    if (!q) return;
    if (q->type == type_a) ++asked[q->name];
    const auto found = answers.find(q->name);
    const DnsAnswer answer = found == answers.end() ? DnsAnswer{DnsAnswer::Way::nxdomain} : found->second;
    auto reply = reply_to(*q, answer, limit);
    if (!reply) return;
    if (answer.delay.count() == 0) return send(*std::move(reply));
    if (q->type == type_a) most = std::max(most, ++waiting);
    const auto timer = std::make_shared<asio::steady_timer>(executor, answer.delay);
    timer->async_wait([self = shared_from_this(), timer, send = std::move(send), reply = *std::move(reply),
                       a = q->type == type_a](const error_code&) {
      if (a) --self->waiting;
      if (!self->stopped) send(reply);
    });
  }

  asio::any_io_executor executor;
  asio::ip::udp::socket udp;
  asio::ip::tcp::acceptor tcp;
  asio::ip::udp::endpoint from;
  std::array<std::uint8_t, 1500> buffer{};
  std::map<std::string, DnsAnswer> answers;
  std::map<std::string, int> asked;
  int waiting = 0, most = 0;
  bool stopped = false;
};

FakeDns::FakeDns(asio::any_io_executor executor) : impl_(std::make_shared<Impl>(executor)) {
  impl_->receive();
  impl_->accept();
}

FakeDns::~FakeDns() {
  impl_->stopped = true;
  error_code ignored;
  impl_->udp.close(ignored);
  impl_->tcp.close(ignored);
}

void FakeDns::say(const std::string& name, DnsAnswer answer) { impl_->answers[name] = std::move(answer); }

void FakeDns::say(const std::string& name, const std::vector<std::string>& addresses) {
  DnsAnswer answer;
  for (const auto& text : addresses) answer.addresses.push_back(asio::ip::make_address(text));
  say(name, std::move(answer));
}

void FakeDns::refuse_tcp() { impl_->tcp.close(); }

std::string FakeDns::server() const {
  return "127.0.0.1:" + std::to_string(impl_->udp.local_endpoint().port());
}

int FakeDns::questions(const std::string& name) const {
  const auto found = impl_->asked.find(name);
  return found == impl_->asked.end() ? 0 : found->second;
}

int FakeDns::most_at_once() const { return impl_->most; }

}  // namespace answerback::test
