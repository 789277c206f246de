#include "on_demand.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "blackbox/asking.h"
#include "cli/timeline.h"

namespace answerback {
namespace {

http::Response plain(int status, std::string text) {
  return {.status = status, .body = std::move(text) + "\n", .headers = {{"Cache-Control", "no-store"}}};
}

std::string query(const http::Request& request, std::string_view key) {
  const auto found = std::ranges::find(request.query, key, &http::Pairs::value_type::first);
  return found == request.query.end() ? std::string() : found->second;
}

}  // namespace

// One request, between the two threads.
struct OnDemand::Visit {
  blackbox::Look look;
  std::string name;  // of the module
  bool debug = false;
  std::atomic<bool> abandoned = false;

  std::mutex mutex;
  std::optional<http::Response> made;

  // On the loop, with the run at its end.
  void end(RunRecord&& record) {
    std::string metrics = blackbox::page_of(*look.probe, record);
    http::Response response{.content_type = std::string(blackbox::Page::content_type),
                            .body = std::move(metrics),
                            .headers = {{"Cache-Control", "no-store"}}};
    if (debug) {
      ProbeInfo info;
      info.name = name;
      info.type = "module";
      take_out(*look.redactor, record);
      response.content_type = "text/plain; charset=utf-8";
      response.body = "Logs for the probe:\n" + cli::timeline(info, record, false) +
                      "\n\n\nMetrics that would have been returned:\n" + response.body;
    }
    const std::lock_guard lock(mutex);
    made = std::move(response);
  }
};

class OnDemand::Waiting final : public http::Pending {
 public:
  Waiting(OnDemand& owner, std::shared_ptr<Visit> visit) : owner_(owner), visit_(std::move(visit)) {}
  ~Waiting() override {
    visit_->abandoned = true;
    boost::asio::post(owner_.loop_,
                      [&owner = owner_, visit = visit_] { owner.runner_.end(*visit->look.probe); });
  }

  std::optional<http::Response> poll() override {
    const std::lock_guard lock(visit_->mutex);
    return std::exchange(visit_->made, std::nullopt);
  }

 private:
  OnDemand& owner_;
  std::shared_ptr<Visit> visit_;
};

OnDemand::OnDemand(asio::io_context& loop, Clock& clock, Random& random, Services& services)
    : loop_(loop), clock_(clock), services_(services), runner_(loop.get_executor(), clock, random) {}

void OnDemand::use(blackbox::Settings settings) {
  auto next = std::make_shared<const blackbox::Settings>(std::move(settings));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(next);
}

http::Response OnDemand::answer(const http::Request& request) {
  std::unique_lock lock(mutex_);
  const auto settings = settings_;
  lock.unlock();
  const blackbox::Asking asking{
      .module = query(request, "module"),
      .target = query(request, "target"),
      .hostname = query(request, "hostname"),
      .scrape_timeout = std::string(request.header("X-Prometheus-Scrape-Timeout-Seconds"))};
  auto look = blackbox::look_for(*settings, asking, services_);
  if (!look) return plain(look.error().status, look.error().why);
  if (running_ >= settings->concurrency) {
    http::Response full =
        plain(503, "as many probes are running as may be (blackbox.concurrency): try again later");
    full.headers.emplace_back("Retry-After", "1");
    return full;
  }
  ++running_;
  const auto visit = std::make_shared<Visit>();
  visit->look = *std::move(look);
  visit->name = asking.module;
  visit->debug = query(request, "debug") == "true";
  boost::asio::post(loop_, [this, visit] { begin(visit); });
  return {.pending = std::make_shared<Waiting>(*this, visit)};
}

void OnDemand::begin(const std::shared_ptr<Visit>& visit) {
  if (visit->abandoned) {
    --running_;
    return;
  }
  runner_.start(0, visit->look.probe, clock_.now() + visit->look.timeout, [this, visit](RunRecord&& record) {
    --running_;
    visit->end(std::move(record));
  });
}

void OnDemand::stop() { runner_.stop(); }
asio::awaitable<void> OnDemand::drain() { return runner_.drain(); }

}  // namespace answerback
