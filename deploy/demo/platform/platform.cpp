#include "platform/platform.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core.h"
#include "platform/server.h"

namespace demo {
namespace {

using asio::ip::tcp;

constexpr int backlog = 4096;
constexpr auto descriptors_come_back = std::chrono::milliseconds(50);

asio::awaitable<void> accept(CorePtr core, std::shared_ptr<tcp::acceptor> acceptor) {
  while (!core->stopping) {
    auto [error, socket] = co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
    if (core->stopping) co_return;
    if (!error)
      core->tasks.spawn(serve_http(core, std::move(socket)));
    else if (!co_await pause(descriptors_come_back))
      co_return;
  }
}

}  // namespace

struct Platform::State {
  State(asio::io_context& context, Options options)
      : core(std::make_shared<Core>(context.get_executor(), std::move(options))),
        acceptor(std::make_shared<tcp::acceptor>(context)) {}
  CorePtr core;
  std::shared_ptr<tcp::acceptor> acceptor;
  std::string host;
};

Platform::Platform(asio::io_context& context, Options options)
    : state_(std::make_unique<State>(context, std::move(options))) {}

Platform::~Platform() { stop(); }

std::uint16_t Platform::start() {
  const Options& options = state_->core->options;
  const tcp::endpoint wanted(asio::ip::make_address(options.address), options.port);
  tcp::acceptor& acceptor = *state_->acceptor;
  acceptor.open(wanted.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(wanted);
  acceptor.listen(backlog);
  const std::uint16_t port = acceptor.local_endpoint().port();

  const bool any = wanted.address().is_unspecified(), v6 = wanted.address().is_v6();
  const std::string name = any ? (v6 ? "::1" : "127.0.0.1") : wanted.address().to_string();
  state_->host = (v6 ? "[" + name + "]" : name) + ":" + std::to_string(port);
  const std::string base = options.llm_url.empty() ? "http://" + state_->host + "/v1" : options.llm_url;
  state_->core->llm =
      std::make_unique<LlmClient>(base, options.llm_key, options.llm_model, options.llm_connections);
  state_->core->journal.note("listening on " + state_->host);
  state_->core->tasks.spawn(accept(state_->core, state_->acceptor));
  return port;
}

void Platform::stop() {
  Core& core = *state_->core;
  if (core.stopping) return;
  core.stopping = true;
  boost::system::error_code ignored;
  state_->acceptor->close(ignored);
  core.roll.cut_all();
  core.tasks.stop();
  if (core.llm) core.llm->stop();
  core.store.stop();
}

std::string Platform::host() const { return state_->host; }
Faults& Platform::faults() { return state_->core->faults; }
const Counters& Platform::counters() const { return state_->core->counters; }
const Journal& Platform::journal() const { return state_->core->journal; }

}  // namespace demo
