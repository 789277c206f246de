#pragma once
// A DNS server on a port of 127.0.0.1 (UDP and TCP) that answers as it is told to, or misbehaves as it is
// told to. Lives on the io_context of the test.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace answerback::test {

struct DnsAnswer {
  enum class Way {
    addresses,  // those below; none: NODATA
    nxdomain,   // also for every name nobody spoke of
    servfail,
    refused,
    formerr,
    silent,
    wrong_id,
    cname_chain,  // three aliases, then the addresses
    cname_loop,   // two aliases of each other
    garbage,
  };
  Way way = Way::addresses;
  std::vector<boost::asio::ip::address> addresses = {};
  std::chrono::milliseconds delay{0};
};

class FakeDns {
 public:
  explicit FakeDns(boost::asio::any_io_executor);
  ~FakeDns();

  void say(const std::string& name, DnsAnswer answer);
  void say(const std::string& name, DnsAnswer::Way way) { say(name, DnsAnswer{way}); }
  void say(const std::string& name, const std::vector<std::string>& addresses);

  void refuse_tcp();  // from now on

  std::string server() const;                    // "127.0.0.1:40123"
  int questions(const std::string& name) const;  // for its A record, by UDP or TCP
  int most_at_once() const;                      // questions with a delay that were waiting together

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace answerback::test
