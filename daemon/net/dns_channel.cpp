#include "net/dns_channel.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include "net/hosts_file.h"

namespace answerback::net {
namespace {

namespace ip = boost::asio::ip;

constexpr int try_milliseconds = 1500;
constexpr int tries = 2;

ip::address address_of(const sockaddr& from) {
  if (from.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof v6);
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip::address_v6(bytes, v6.sin6_scope_id);
}

std::string servers_of(ares_channel channel) {
  ares_addr_port_node* first = nullptr;
  if (ares_get_servers_ports(channel, &first) != ARES_SUCCESS) return "none";
  std::string list;
  for (const auto* s = first; s; s = s->next) {
    char text[INET6_ADDRSTRLEN] = "";
    ares_inet_ntop(s->family, &s->addr, text, sizeof text);
    list += (list.empty() ? "" : ", ") + std::string(text);
    if (s->udp_port != 0 && s->udp_port != 53) list += " port " + std::to_string(s->udp_port);
  }
  ares_free_data(first);
  return list.empty() ? "none" : list;
}

bool out_of_descriptors() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno == EMFILE || errno == ENFILE;
  ::close(fd);
  return false;
}

Failure no_descriptors() {
  return {Reason::internal, "we are out of file descriptors (raise RLIMIT_NOFILE)"};
}

// An answer that says nothing about the name: another server may know better.
bool is_complaint(int status) {
  return status == ARES_ESERVFAIL || status == ARES_EREFUSED || status == ARES_ENOTIMP ||
         status == ARES_EFORMERR;
}

}  // namespace

struct DnsChannel::Query {
  std::shared_ptr<DnsChannel> channel;
  std::string name;
  Done done;
  bool cut = false;  // an answer did not fit a datagram
};

// One socket of c-ares. It closes the descriptor itself, at once after saying that it is done with it: by
// then asio must have let go of it, and what was waiting on it must not take a new socket of the same number
// for its own.
struct DnsChannel::Watch {
  explicit Watch(asio::any_io_executor executor) : descriptor(std::move(executor)) {}
  asio::posix::stream_descriptor descriptor;
  bool open = true;
  bool want_read = false, want_write = false;
  bool reading = false, writing = false;
};

std::expected<std::shared_ptr<DnsChannel>, Failure> DnsChannel::open(asio::any_io_executor executor,
                                                                     Clock& clock, const Options& options) {
  std::shared_ptr<DnsChannel> self(new DnsChannel(std::move(executor), clock, options));
  std::string lookups = "b", resolv_conf = options.resolv_conf;  // c-ares wants them writable
  ares_options o{};
  o.flags = (options.on_complaint == OnComplaint::end ? ARES_FLAG_NOCHECKRESP : 0) |
            (options.by_tcp ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC);
  o.timeout = try_milliseconds;
  o.tries = tries;
  o.lookups = lookups.data();
  o.resolvconf_path = resolv_conf.data();
  o.sock_state_cb = socket_changed;
  o.sock_state_cb_data = self.get();
  int status = ares_init_options(&self->channel_, &o,
                                 ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                                     ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) self->channel_ = nullptr;
  if (status == ARES_SUCCESS && !options.servers.empty())
    status = ares_set_servers_ports_csv(self->channel_, options.servers.c_str());
  if (status != ARES_SUCCESS && out_of_descriptors()) return std::unexpected(no_descriptors());
  if (status != ARES_SUCCESS)
    return std::unexpected(
        Failure{Reason::dns_failure,
                "the resolver cannot start from " + options.resolv_conf + ": " + ares_strerror(status)});
  if (!options.by_tcp) read_along(self->channel_, self->cut_);
  self->servers_ = servers_of(self->channel_);
  self->has_other_servers_ = self->servers_.contains(',');
  self->alarm_ = clock.alarm([channel = self.get()] {
    auto keep = channel->shared_from_this();
    channel->alarm_set_ = false;
    channel->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    // That may have ended the last look-up, and with it the channel; but not while its own alarm is ringing.
    asio::post(channel->executor_, [kept = std::move(keep)] {});
  });
  return self;
}

DnsChannel::~DnsChannel() {
  if (channel_) ares_destroy(channel_);
}

void DnsChannel::close() {
  const auto keep = shared_from_this();
  closed_ = true;
  if (others_) others_->close();
  for (const auto& weak : by_tcp_)
    if (const auto channel = weak.lock()) channel->close();
  ares_cancel(channel_);
  alarm_.reset();
}

void DnsChannel::look_up(const std::string& name, Done done) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  const auto keep = shared_from_this();
  auto query = std::make_unique<Query>(keep, name, std::move(done));
  under_way_.insert(query.get());
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, answered, query.release());
  set_alarm();
}

void DnsChannel::answered(void* arg, int status, int, ares_addrinfo* found) {
  const std::unique_ptr<Query> query(static_cast<Query*>(arg));
  DnsChannel& self = *query->channel;
  Addresses addresses;
  if (found) {
    for (const auto* node = found->nodes; node; node = node->ai_next)
      addresses.push_back(address_of(*node->ai_addr));
    ares_freeaddrinfo(found);
  }
  self.under_way_.erase(query.get());
  if (self.under_way_.empty()) {
    self.alarm_->cancel();
    self.alarm_set_ = false;
  }
  if (query->cut && !self.closed_) return self.ask_by_tcp(query->name, std::move(query->done));
  if (status == ARES_SUCCESS && addresses.empty()) status = ARES_ENODATA;
  if (status == ARES_SUCCESS) return query->done(std::move(addresses));
  Failure failure = self.failure(query->name, status);
  if (is_complaint(status) && self.has_other_servers_ && self.options_.on_complaint == OnComplaint::end &&
      !self.closed_)
    return self.ask_others(query->name, std::move(failure), std::move(query->done));
  query->done(std::unexpected(std::move(failure)));
}

// c-ares 1.18 goes on to the next server by itself, but then forgets the complaint and says that nobody could
// be reached. So a complaint ends the first look-up, and a second one, which goes on, says whether another
// server knows better.
void DnsChannel::ask_others(const std::string& name, Failure complaint, Done done) {
  if (!others_) {
    Options options = options_;
    options.on_complaint = OnComplaint::next_server;
    auto opened = open(executor_, clock_, options);
    if (!opened) return done(std::unexpected(std::move(complaint)));
    others_ = *std::move(opened);
  }
  others_->look_up(name, [complaint = std::move(complaint), done = std::move(done)](Answer answer) {
    done(answer ? std::move(answer) : Answer(std::unexpected(complaint)));
  });
}

// A search domain may have been added to what was looked up.
void DnsChannel::mark_cut(std::string_view name) {
  const std::string answered = canonical_name(name);
  for (Query* const query : under_way_) {
    const std::string asked = canonical_name(query->name);
    if (answered == asked || answered.starts_with(asked + '.')) query->cut = true;
  }
}

void DnsChannel::ask_by_tcp(const std::string& name, Done done) {
  Options options = options_;
  options.by_tcp = true;
  auto opened = open(executor_, clock_, options);
  if (!opened) return done(std::unexpected(std::move(opened).error()));
  std::erase_if(by_tcp_, [](const auto& old) { return old.expired(); });
  by_tcp_.push_back(*opened);
  (*opened)->look_up(name, std::move(done));
}

Failure DnsChannel::failure(const std::string& name, int status) const {
  const std::string by = " (DNS server: " + servers_ + ")";
  switch (status) {
    case ARES_ENOTFOUND: return {Reason::dns_nxdomain, name + ": no such name" + by};
    case ARES_ENODATA: return {Reason::dns_nxdomain, name + ": the name exists but has no address" + by};
    case ARES_ETIMEOUT: return {Reason::dns_timeout, name + ": no answer from DNS" + by};
    case ARES_ESERVFAIL: return {Reason::dns_failure, name + ": DNS answers SERVFAIL" + by};
    case ARES_EREFUSED: return {Reason::dns_failure, name + ": DNS answers REFUSED" + by};
    case ARES_ENOTIMP: return {Reason::dns_failure, name + ": DNS answers NOTIMP" + by};
    case ARES_EFORMERR: return {Reason::dns_failure, name + ": DNS answers FORMERR" + by};
    case ARES_EBADNAME: return {Reason::dns_failure, name + ": not a valid name"};
    case ARES_ECONNREFUSED:
      if (out_of_descriptors()) return no_descriptors();
      if (options_.by_tcp)
        return {Reason::dns_failure,
                name + ": the answer is too long for UDP, and TCP to the DNS server fails" + by};
      return {Reason::dns_failure, name + ": no DNS server can be reached" + by};
    default: return {Reason::dns_failure, name + ": " + ares_strerror(status) + by};
  }
}

void DnsChannel::socket_changed(void* arg, ares_socket_t socket, int readable, int writable) {
  auto& self = *static_cast<DnsChannel*>(arg);
  auto found = self.watches_.find(socket);
  if (!readable && !writable) {
    if (found == self.watches_.end()) return;
    found->second->open = false;
    found->second->descriptor.release();
    self.watches_.erase(found);
    return;
  }
  if (found == self.watches_.end()) {
    const auto fresh = std::make_shared<Watch>(self.executor_);
    boost::system::error_code
        error;  // nothing may be thrown through c-ares; unwatched, the question times out
    fresh->descriptor.assign(socket, error);
    if (error) return;
    found = self.watches_.emplace(socket, fresh).first;
  }
  found->second->want_read = readable != 0;
  found->second->want_write = writable != 0;
  self.watch(found->second);
}

void DnsChannel::watch(const std::shared_ptr<Watch>& w) {
  const auto wait = [&](auto direction, bool Watch::* want, bool Watch::* waiting, bool reads) {
    if (!((*w).*want) || (*w).*waiting) return;
    (*w).*waiting = true;
    w->descriptor.async_wait(direction,
                             [this, w, want, waiting, reads](const boost::system::error_code& error) {
                               (*w).*waiting = false;
                               if (!w->open) return;  // `this` may be gone
                               const auto keep = shared_from_this();
                               const ares_socket_t socket = w->descriptor.native_handle();
                               if (!error && (*w).*want)
                                 process(reads ? socket : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : socket);
                               if (w->open) watch(w);
                             });
  };
  wait(asio::posix::descriptor_base::wait_read, &Watch::want_read, &Watch::reading, true);
  wait(asio::posix::descriptor_base::wait_write, &Watch::want_write, &Watch::writing, false);
}

void DnsChannel::process(ares_socket_t readable, ares_socket_t writable) {
  const auto keep = shared_from_this();
  ares_process_fd(channel_, readable, writable);
  set_alarm();
}

// A question asked later times out later: an alarm that is set is never late.
void DnsChannel::set_alarm() {
  if (alarm_set_ || under_way_.empty()) return;
  timeval left{};
  if (!ares_timeout(channel_, nullptr, &left)) return;
  alarm_set_ = true;
  alarm_->set(clock_.now() + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec));
}

}  // namespace answerback::net
