#pragma once
// c-ares on our loop: its sockets watched by asio, its retries rung by the Clock. One channel is one reading
// of resolv.conf. Everything on the loop's thread.

#include <ares.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "net/dns_sockets.h"
#include "probe/clock.h"

namespace answerback::net {

class DnsChannel : public std::enable_shared_from_this<DnsChannel> {
 public:
  using Addresses = std::vector<boost::asio::ip::address>;
  using Answer = std::expected<Addresses, Failure>;
  using Done = std::function<void(Answer)>;

  // What a SERVFAIL or REFUSED leads to in c-ares itself. In both cases another server is asked in the end.
  enum class OnComplaint { end, next_server };
  struct Options {
    std::string resolv_conf;
    std::string servers;  // "127.0.0.1:5353,[::1]:53" instead of those of resolv_conf; empty: those
    OnComplaint on_complaint = OnComplaint::end;
    bool by_tcp = false;  // all of it, and then for one look-up only: c-ares ends all that are under way at a
                          // server whose TCP fails
  };
  static std::expected<std::shared_ptr<DnsChannel>, Failure> open(asio::any_io_executor, Clock&,
                                                                  const Options&);
  ~DnsChannel();  // its look-ups have ended: each keeps it alive

  // A and AAAA, search domains included. Calls `done` once, possibly before it returns. Keeps the channel
  // alive until then. Failures: dns_nxdomain (also: no address), dns_failure, dns_timeout, internal (no
  // descriptor left).
  void look_up(const std::string& name, Done done);

  void close();  // ends every look-up at once as a dns_failure; the last call to a channel

 private:
  struct Query;
  struct Watch;

  DnsChannel(asio::any_io_executor executor, Clock& clock, Options options)
      : executor_(std::move(executor)), clock_(clock), options_(std::move(options)) {}
  static void socket_changed(void* self, ares_socket_t, int readable, int writable);
  static void answered(void* query, int status, int timeouts, ares_addrinfo*);
  void watch(const std::shared_ptr<Watch>&);
  void process(ares_socket_t readable, ares_socket_t writable);
  void set_alarm();
  void ask_others(const std::string& name, Failure complaint, Done done);
  void mark_cut(std::string_view name);
  void ask_by_tcp(const std::string& name, Done done);
  Failure failure(const std::string& name, int status) const;

  asio::any_io_executor executor_;
  Clock& clock_;
  Options options_;
  std::shared_ptr<DnsChannel> others_;             // the same servers, made when one complained
  std::vector<std::weak_ptr<DnsChannel>> by_tcp_;  // one for each answer that was cut short
  AnswerCut cut_ = [this](std::string_view name) { mark_cut(name); };
  bool has_other_servers_ = false, closed_ = false;
  std::unique_ptr<Alarm> alarm_;
  bool alarm_set_ = false;
  std::set<Query*> under_way_;
  ares_channel channel_ = nullptr;
  std::string servers_;  // for people
  std::map<ares_socket_t, std::shared_ptr<Watch>> watches_;
};

}  // namespace answerback::net
