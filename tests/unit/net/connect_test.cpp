#include "net/connect.h"

#include <gmock/gmock.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "unit/net/on_a_loop.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::AllOf;
using testing::HasSubstr;
using Result = std::expected<TcpSocket, Failure>;

Address ip(const char* text) { return asio::ip::make_address(text); }

// A port that listens on one address and not on others.
struct Listener {
  Listener(asio::io_context& context, const Address& address, std::uint16_t port = 0) : acceptor(context) {
    acceptor.open(address.is_v4() ? tcp::v4() : tcp::v6());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind({address, port});
    acceptor.listen();
  }
  std::uint16_t port() const { return acceptor.local_endpoint().port(); }
  tcp::acceptor acceptor;
};

// A port whose queue of new connections is full: it drops every SYN.
class Blackhole {
 public:
  explicit Blackhole(asio::io_context& context, const Address& address, std::uint16_t port = 0)
      : acceptor_(context) {
    acceptor_.open(tcp::v4());
    acceptor_.bind({address, port});
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {
      fill_.emplace_back(context, tcp::v4());
      fill_.back().non_blocking(true);
      const auto to = acceptor_.local_endpoint();
      ::connect(fill_.back().native_handle(), to.data(),
                static_cast<socklen_t>(to.size()));  // goes on by itself
    }
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  tcp::acceptor acceptor_;
  std::vector<tcp::socket> fill_;
};

// A port nobody listens on, kept from others by being bound.
struct ClosedPort {
  explicit ClosedPort(asio::io_context& context) : socket(context, tcp::endpoint(ip("127.0.0.1"), 0)) {}
  std::uint16_t port() const { return socket.local_endpoint().port(); }
  tcp::socket socket;
};

// No file can be opened while this lives.
struct NoDescriptors {
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

class ConnectTest : public testing::Test {
 protected:
  Result connect_to(std::vector<Address> addresses, std::uint16_t port) {
    return loop_.finish(net::connect_to(one_.run, addresses, port));
  }

  test::Loop loop_;
  Resolver dns_{loop_.context.get_executor(),
                loop_.clock,
                {.resolv_conf = "/nowhere", .hosts = "/nowhere", .servers = "127.0.0.1:1"}};
  test::OneRun one_{loop_.clock};
};

TEST_F(ConnectTest, ToANumericHost) {
  const Listener server(loop_.context, ip("127.0.0.1"));
  const Result socket = loop_.finish(connect(one_.run, dns_, "127.0.0.1", server.port()));
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_EQ(socket->remote_endpoint(), server.acceptor.local_endpoint());
  tcp::no_delay no_delay;
  socket->get_option(no_delay);
  EXPECT_TRUE(no_delay.value());
  EXPECT_EQ(one_.phases.note(), "127.0.0.1:" + std::to_string(server.port()));
  one_.phases.end(loop_.clock.now());
  ASSERT_EQ(one_.phases.times().size(), 2u);
  EXPECT_EQ(one_.phases.times()[0].phase, Phase::resolve);
  EXPECT_EQ(one_.phases.times()[1].phase, Phase::connect);
}

TEST_F(ConnectTest, ProgramsWeStartDoNotInheritTheSocket) {
  const Listener server(loop_.context, ip("127.0.0.1"));
  Result socket = connect_to({ip("127.0.0.1")}, server.port());
  ASSERT_TRUE(socket);
  EXPECT_TRUE(::fcntl(socket->native_handle(), F_GETFD) & FD_CLOEXEC);
}

// The last packet of the handshake, which lets the server take the connection, waits for our first bytes; the
// system sends it without them after 40 to 200 ms, so that a machine that stands still may miss it now and
// then.
TEST_F(ConnectTest, WhereWeSpeakFirstTheServerWakesUpOnce) {
  const auto taken = [this](FirstWord first) {
    Listener server(loop_.context, ip("127.0.0.1"));
    Result socket = loop_.finish(connect(one_.run, dns_, "127.0.0.1", server.port(), first));
    pollfd queue{server.acceptor.native_handle(), POLLIN, 0};
    const bool before = ::poll(&queue, 1, first == FirstWord::theirs ? 1000 : 0) == 1;
    asio::write(*socket, asio::buffer("GET"));
    return std::pair(before, ::poll(&queue, 1, 1000) == 1);
  };
  EXPECT_EQ(taken(FirstWord::theirs), std::pair(true, true));
  for (int attempts = 0; taken(FirstWord::ours) != std::pair(false, true); ++attempts) ASSERT_LT(attempts, 5);
}

TEST_F(ConnectTest, ANameThatIsNotThereFailsInResolve) {
  const Result socket = loop_.finish(connect(one_.run, dns_, "db.test", 5432));
  ASSERT_FALSE(socket);
  EXPECT_EQ(name(socket.error().reason), "dns_failure");
  EXPECT_EQ(one_.phases.current(), Phase::resolve);
}

TEST_F(ConnectTest, FromAnAddressOfOurs) {
  const Listener server(loop_.context, ip("127.0.0.1"));
  const auto from = [&](const char* source) {
    return loop_.finish(net::connect_to(one_.run, ip("127.0.0.1"), server.port(), ip(source)));
  };
  const Result socket = from("127.0.0.2");
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_EQ(socket->local_endpoint().address(), ip("127.0.0.2"));
  for (const char* source : {"192.0.2.77", "::1"}) {
    const Result none = from(source);
    ASSERT_FALSE(none) << source;
    EXPECT_EQ(name(none.error().reason), "unreachable");
    EXPECT_THAT(none.error().detail, testing::StartsWith(std::string("cannot connect from ") + source));
  }
}

TEST_F(ConnectTest, RefusedSaysByWhom) {
  const ClosedPort closed(loop_.context);
  const Result socket = connect_to({ip("127.0.0.1")}, closed.port());
  ASSERT_FALSE(socket);
  EXPECT_EQ(name(socket.error().reason), "connect_refused");
  EXPECT_EQ(socket.error().detail, "connection refused by 127.0.0.1:" + std::to_string(closed.port()));
}

TEST_F(ConnectTest, RefusedByAllNamesEach) {
  const ClosedPort closed(loop_.context);
  const std::string port = ":" + std::to_string(closed.port());
  const Result two = connect_to({ip("127.0.0.1"), ip("::1")}, closed.port());
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().detail, "connection refused by 127.0.0.1" + port + ", [::1]" + port);
  std::vector<Address> many(6, ip("127.0.0.1"));
  EXPECT_THAT(connect_to(many, closed.port()).error().detail, testing::EndsWith(" and 2 more"));
}

// Broadcast: no connection can go there, whatever the network.
TEST_F(ConnectTest, AnUnreachableNetwork) {
  const Result socket = connect_to({ip("255.255.255.255")}, 80);
  ASSERT_FALSE(socket);
  EXPECT_EQ(name(socket.error().reason), "unreachable") << socket.error().detail;
  EXPECT_THAT(socket.error().detail, HasSubstr("255.255.255.255:80"));
}

TEST_F(ConnectTest, TheMostTellingOfSeveralFailuresIsTheReason) {
  const ClosedPort closed(loop_.context);
  const Result socket = connect_to({ip("255.255.255.255"), ip("127.0.0.1")}, closed.port());
  ASSERT_FALSE(socket);
  EXPECT_EQ(name(socket.error().reason), "connect_refused");
  EXPECT_THAT(socket.error().detail,
              AllOf(HasSubstr("255.255.255.255"), HasSubstr("; connection refused by 127.0.0.1")));
}

TEST_F(ConnectTest, ADeadFamilyCostsNothingWhenItRefuses) {
  const Listener server(loop_.context, ip("127.0.0.1"));
  const Steady began = loop_.clock.now();
  const Result socket = connect_to({ip("::1"), ip("127.0.0.1")}, server.port());
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_TRUE(socket->remote_endpoint().address().is_v4());
  EXPECT_LT(loop_.clock.now() - began, 200ms);
}

TEST_F(ConnectTest, ASilentAddressCostsOneDelay) {
  const Blackhole silent(loop_.context, ip("127.0.0.2"));
  const Listener server(loop_.context, ip("127.0.0.3"), silent.port());
  const Steady began = loop_.clock.now();
  const Result socket = connect_to({ip("127.0.0.2"), ip("127.0.0.3")}, silent.port());
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_EQ(socket->remote_endpoint().address(), ip("127.0.0.3"));
  EXPECT_GE(loop_.clock.now() - began, 240ms);
  EXPECT_LT(loop_.clock.now() - began, 450ms);
  EXPECT_THAT(one_.phases.note(), AllOf(HasSubstr("127.0.0.2:"), HasSubstr(", 127.0.0.3:")));
}

TEST_F(ConnectTest, FamiliesTakeTurns) {
  const Blackhole silent(loop_.context, ip("127.0.0.2"));
  const std::vector<Address> addresses{ip("127.0.0.2"), ip("127.0.0.2"), ip("127.0.0.2"), ip("::1")};
  const Listener server(loop_.context, ip("::1"), silent.port());
  const Steady began = loop_.clock.now();
  const Result socket = connect_to(addresses, silent.port());
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_LT(loop_.clock.now() - began, 450ms);
}

class Cancelled : public ConnectTest, public testing::WithParamInterface<int> {};
TEST_P(Cancelled, LeavesAtOnceAsAnException) {
  const Blackhole silent(loop_.context, ip("127.0.0.2"));
  const std::vector<Address> addresses(static_cast<std::size_t>(GetParam()), ip("127.0.0.2"));
  const auto outcome = loop_.spawn(net::connect_to(one_.run, addresses, silent.port()));
  loop_.run_for(50ms);
  ASSERT_FALSE(outcome->ended());
  outcome->cancel.emit(asio::cancellation_type::terminal);
  loop_.run_until_ended(outcome);
  EXPECT_LT(outcome->took, 90ms);
  ASSERT_TRUE(outcome->error);
  EXPECT_THROW(std::rethrow_exception(outcome->error), boost::system::system_error);
  EXPECT_THAT(one_.phases.note(), HasSubstr("127.0.0.2:"));
  loop_.run_for(10ms);
}
INSTANTIATE_TEST_SUITE_P(Connect, Cancelled, testing::Values(1, 3));

TEST_F(ConnectTest, OutOfDescriptorsIsOurOwnFault) {
  const Listener server(loop_.context, ip("127.0.0.1"));
  std::optional<NoDescriptors> none(std::in_place);
  const Result socket = connect_to({ip("127.0.0.1")}, server.port());
  const Result name_too = loop_.finish(connect(one_.run, dns_, "db.test", server.port()));
  none.reset();
  ASSERT_FALSE(socket);
  EXPECT_EQ(name(socket.error().reason), "internal");
  EXPECT_THAT(socket.error().detail, HasSubstr("out of file descriptors"));
  ASSERT_FALSE(name_too);
  EXPECT_EQ(name(name_too.error().reason), "internal") << name_too.error().detail;
}

TEST(SocketFailure, NamesWhatHappened) {
  namespace errc = boost::system::errc;
  const auto of = [](auto error) { return socket_failure(error, "reading the answer"); };
  EXPECT_EQ(of(boost::system::error_code(asio::error::eof)).reason, Reason::truncated);
  EXPECT_EQ(of(boost::system::error_code(asio::error::eof)).detail,
            "connection closed while reading the answer");
  EXPECT_EQ(of(make_error_code(errc::connection_reset)).reason, Reason::reset);
  EXPECT_EQ(of(make_error_code(errc::broken_pipe)).reason, Reason::reset);
  EXPECT_EQ(of(make_error_code(errc::timed_out)).reason, Reason::read_timeout);
  EXPECT_EQ(of(make_error_code(errc::host_unreachable)).reason, Reason::unreachable);
  EXPECT_EQ(of(boost::system::error_code(EMFILE, boost::system::system_category())).reason, Reason::internal);
  EXPECT_THROW(of(boost::system::error_code(asio::error::operation_aborted)), boost::system::system_error);
}

TEST_F(ConnectTest, AResetPeerIsReset) {
  Listener server(loop_.context, ip("127.0.0.1"));
  Result socket = connect_to({ip("127.0.0.1")}, server.port());
  ASSERT_TRUE(socket);
  tcp::socket peer = server.acceptor.accept();
  peer.set_option(asio::socket_base::linger(true, 0));
  peer.close();
  char byte;
  boost::system::error_code error;
  asio::read(*socket, asio::buffer(&byte, 1), error);
  EXPECT_EQ(socket_failure(error, "reading").reason, Reason::reset);
}

}  // namespace
}  // namespace answerback::net
