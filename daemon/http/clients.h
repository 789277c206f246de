#pragma once
// Who is connected to the port: who gives way when there is no room, and when each is hung up on. The
// server's thread alone, but for count().

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <string>

#include "access/channel.h"
#include "http/deadlines.h"
#include "model/time.h"

namespace answerback::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Client {
  Socket socket;
  std::unique_ptr<access::Channel> channel;  // null once the socket is closed
  std::string peer;               // its address; of IPv6 the network, /64: who has one has all of it
  std::size_t slot = 0;           // of its deadline
  std::list<Client>* among = {};  // which of the lists below it is in
};

class Clients {
 public:
  using One = std::list<Client>::iterator;

  // `most` at a time, of which `greeting` may be at their handshake: past either, the first gives way.
  Clients(std::size_t most, std::size_t greeting) : most_(most), most_greeting_(greeting) {}

  void make_room();
  One add(Client, Steady deadline);
  void gone(One);  // the coroutine that served it has ended

  void deadline(One one, Steady at) { deadlines_.set(one->slot, at); }
  void active(One);   // it completed a request, or was sent news: the last to give way
  void drop(One);     // closes it: whatever its coroutine waits for fails, which ends it
  void drop_first();  // the one that has done nothing for longest
  void drop_all();
  void sweep(Steady now);  // drops each whose deadline has come

  std::size_t count() const { return count_; }  // any thread

 private:
  void move_to(std::list<Client>&, One);

  std::size_t most_, most_greeting_;
  std::list<Client> active_;    // in the order in which each was last active, or arrived
  std::list<Client> greeting_;  // in the order of arrival
  std::list<Client> leaving_;   // closed; their coroutines are about to end
  Deadlines<One> deadlines_;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace answerback::http
