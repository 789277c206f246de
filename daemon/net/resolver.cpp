#include "net/resolver.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>

#include "net/dns_channel.h"
#include "net/file_stamp.h"
#include "net/hosts_file.h"

namespace answerback::net {
namespace {

using Addresses = std::vector<Address>;

// RFC 6761: always the loopback, never asked of anybody. IPv4 first: that is where local servers listen.
bool is_localhost(std::string_view canonical) {
  return canonical == "localhost" || canonical.ends_with(".localhost");
}

Addresses loopback() { return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()}; }

// One question, and everybody who waits for its answer. Each waits on a timer of its own that never rings,
// which is asio's way to wait for an event and still be cancelled.
struct LookUp {
  std::string name;
  std::optional<DnsChannel::Answer> answer;
  std::list<asio::steady_timer> waiting;

  void end(DnsChannel::Answer with) {
    answer = std::move(with);
    for (auto& waiter : waiting) waiter.cancel();
  }
};

}  // namespace

struct Resolver::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::any_io_executor e, Clock& c, Options o)
      : executor(std::move(e)), clock(c), options(std::move(o)), hosts(options.hosts) {}

  std::optional<Addresses> known(const std::string& host) {
    if (const auto numeric = numeric_address(host)) return Addresses{*numeric};
    if (is_localhost(canonical_name(host))) return loopback();
    if (const Addresses* listed = hosts.find(host)) return *listed;
    return std::nullopt;
  }

  std::optional<Failure> refresh() {
    const FileStamp now = FileStamp::of(options.resolv_conf);
    if (channel && now == stamp) return std::nullopt;
    auto opened =
        DnsChannel::open(executor, clock, {.resolv_conf = options.resolv_conf, .servers = options.servers});
    if (!opened) return std::move(opened).error();
    stamp = now;
    channel = *std::move(opened);
    std::erase_if(channels, [](const auto& old) { return old.expired(); });
    channels.push_back(channel);
    joinable.clear();  // nobody new joins a question put to the old servers
    return std::nullopt;
  }

  std::shared_ptr<LookUp> look_up(const std::string& host) {
    auto& slot = joinable[host];
    if (!slot) {
      slot = std::make_shared<LookUp>();
      slot->name = host;
      queue.push_back(slot);
    }
    auto found = slot;  // the question may end at once and take the slot with it
    pump();
    return found;
  }

  void pump() {
    while (on_wire < options.on_the_wire && !queue.empty()) {
      const auto next = std::move(queue.front());
      queue.pop_front();
      ++on_wire;
      channel->look_up(next->name, [self = weak_from_this(), next](DnsChannel::Answer answer) {
        if (const auto impl = self.lock()) impl->ended(next);
        next->end(std::move(answer));
      });
    }
  }

  void ended(const std::shared_ptr<LookUp>& look_up) {
    --on_wire;
    forget(look_up);
    if (queue.empty()) return;
    // c-ares is on the stack below us: the next question is for the next turn.
    asio::post(executor, [self = weak_from_this()] {
      if (const auto impl = self.lock()) impl->pump();
    });
  }

  void forget(const std::shared_ptr<LookUp>& look_up) {
    const auto found = joinable.find(look_up->name);
    if (found != joinable.end() && found->second == look_up) joinable.erase(found);
  }

  // A question nobody waits for any more is not asked, if it has not been yet.
  void left(const std::shared_ptr<LookUp>& look_up) {
    if (look_up->answer || !look_up->waiting.empty()) return;
    if (std::erase(queue, look_up) > 0) forget(look_up);
  }

  // One who waits; gone from the question however its coroutine ends.
  struct Waiter {
    Waiter(std::shared_ptr<Impl> i, std::shared_ptr<LookUp> l)
        : impl(std::move(i)),
          look_up(std::move(l)),
          place(look_up->waiting.emplace(look_up->waiting.end(), impl->executor,
                                         asio::steady_timer::time_point::max())) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      look_up->waiting.erase(place);
      impl->left(look_up);
    }
    std::shared_ptr<Impl> impl;
    std::shared_ptr<LookUp> look_up;
    std::list<asio::steady_timer>::iterator place;
  };

  asio::any_io_executor executor;
  Clock& clock;
  Options options;
  HostsFile hosts;
  FileStamp stamp;
  std::shared_ptr<DnsChannel> channel;              // for new questions
  std::vector<std::weak_ptr<DnsChannel>> channels;  // with those that still wait for an answer
  std::unordered_map<std::string, std::shared_ptr<LookUp>> joinable;
  std::deque<std::shared_ptr<LookUp>> queue;
  std::size_t on_wire = 0;
};

std::optional<Address> numeric_address(const std::string& host) {
  boost::system::error_code error;
  if (const auto v4 = asio::ip::make_address_v4(host, error); !error) return v4;
  if (!host.contains(':')) return std::nullopt;
  const auto v6 = asio::ip::make_address_v6(host, error);
  return error ? std::nullopt : std::optional<Address>(v6);
}

Resolver::Resolver(asio::any_io_executor executor, Clock& clock)
    : Resolver(std::move(executor), clock, Options{}) {}
Resolver::Resolver(asio::any_io_executor executor, Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), clock, std::move(options))) {}

Resolver::~Resolver() {
  impl_->queue.clear();
  for (const auto& weak : impl_->channels)
    if (const auto channel = weak.lock()) channel->close();
}

std::size_t Resolver::under_way() const { return impl_->on_wire; }

asio::awaitable<std::expected<std::vector<Address>, Failure>> Resolver::resolve(Run& run, std::string host) {
  run.enter(Phase::resolve);
  if (host.empty()) co_return std::unexpected(Failure{Reason::dns_failure, "no host name to look up"});
  if (auto known = impl_->known(host)) co_return *std::move(known);
  run.phases.note(host);
  if (auto failure = impl_->refresh()) co_return std::unexpected(*std::move(failure));

  const auto look_up = impl_->look_up(host);
  if (!look_up->answer) {
    const Impl::Waiter waiter(impl_, look_up);
    co_await waiter.place->async_wait(asio::as_tuple(asio::use_awaitable));
    if (!look_up->answer) throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return *look_up->answer;
}

}  // namespace answerback::net
