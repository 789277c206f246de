#include "notify/courier.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>
#include <vector>

#include "notify/alert_json.h"

namespace answerback::notify {
namespace {

constexpr int lives = 4;  // resends that may fail before Alertmanager takes what fires for ended

}  // namespace

Courier::Courier(Means& means, const Settings& settings, const Target& target, const Ledger& ledger,
                 std::function<void()> changed)
    : means_(means),
      settings_(settings),
      target_(target),
      ledger_(ledger),
      changed_(std::move(changed)),
      bell_(means.executor, asio::steady_timer::time_point::max()),
      alarm_(means.clock.alarm([this] { bell_.cancel(); })) {}

void Courier::resume(std::deque<Notice> waiting, NotificationTally::Counts counts) {
  waiting_ = std::move(waiting);
  counts_ = counts;
  while (waiting_.size() > means_.most_waiting) drop_oldest();
}

void Courier::take(const Notice& notice) {
  if (told_as_state()) {
    const auto same = [&](const Notice& other) { return other.alert.labels == notice.alert.labels; };
    std::erase_if(waiting_, same);
    news_ = true;
  }
  const bool kept = told_as_state() ? !notice.fires() : notice.fires() ? target_.firing : target_.resolved;
  if (kept) waiting_.push_back(notice);
  while (waiting_.size() > means_.most_waiting) drop_oldest();
  bell_.cancel();
  changed_();
}

void Courier::drop_oldest() {
  waiting_.pop_front();
  ++counts_.dropped;
  if (!std::exchange(overflowing_, true))
    means_.say({.message = "too many notifications wait, the oldest are dropped",
                .target = target_.name,
                .why = {}});
}

bool Courier::something_to_do() const {
  if (!told_as_state()) return !waiting_.empty();
  if (ledger_.empty() && waiting_.empty()) return false;
  return news_ || (!ledger_.empty() && means_.clock.now() >= resend_at_);
}

asio::awaitable<void> Courier::until_something_to_do() {
  while (!something_to_do()) {
    if (told_as_state() && !ledger_.empty()) alarm_->set(resend_at_);
    co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }
}

Courier::Parcel Courier::pack() const {
  if (!told_as_state()) {
    const Notice& next = waiting_.front();
    return {target_.body.empty() ? webhook_body(next, target_.name, settings_.external_url)
                                 : target_.body.fill(next),
            {next.id}};
  }
  std::vector<const Alert*> firing;
  for (const auto& [probe, alert] : ledger_) firing.push_back(&alert);
  std::vector<const Notice*> over;
  Parcel parcel;
  for (const Notice& notice : waiting_) {
    over.push_back(&notice);
    parcel.ids.insert(notice.id);
  }
  parcel.body = alertmanager_body(firing, over, means_.clock.wall(), lives * settings_.resend);
  return parcel;
}

net::HttpRequest Courier::address(const Parcel& parcel) const {
  net::HttpRequest request = target_.request;
  request.body = parcel.body;
  if (!told_as_state()) request.headers.emplace_back("Idempotency-Key", *parcel.ids.begin());
  return request;
}

void Courier::forget(const Parcel& parcel) {
  std::erase_if(waiting_, [&](const Notice& notice) { return parcel.ids.contains(notice.id); });
  resend_at_ = means_.clock.now() + settings_.resend;
  overflowing_ = false;
}

Duration Courier::follow(const Parcel& parcel, const Attempt& done) {
  using enum Attempt::Outcome;
  const auto say = [this](bool trouble, std::string message, std::string why) {
    means_.say(
        {.trouble = trouble, .message = std::move(message), .target = target_.name, .why = std::move(why)});
  };
  if (done.outcome == failed) {
    ++counts_.failed;
    news_ = true;
    if (failures_++ == 0) say(true, "a notification cannot be delivered, trying again", done.why);
    return pause(means_.patience, failures_, done.wait, means_.random);
  }
  const bool recovered = std::exchange(failures_, 0) > 0;
  if (done.outcome == delivered) {
    ++counts_.delivered;
    if (recovered) say(false, "notifications are delivered again", {});
  } else {
    counts_.dropped += std::max<std::size_t>(parcel.ids.size(), 1);
    say(true, "a notification was refused and is dropped", done.why);
  }
  forget(parcel);
  return {};
}

asio::awaitable<void> Courier::work() {
  for (;;) {
    co_await until_something_to_do();
    news_ = false;
    const Parcel parcel = pack();
    const net::HttpRequest request = address(parcel);
    const Attempt done =
        co_await attempt(means_.clock, means_.random, means_.transport, request, target_.timeout);
    const Duration wait = follow(parcel, done);
    changed_();
    if (wait > Duration{}) co_await means_.clock.sleep_until(means_.clock.now() + wait);
  }
}

}  // namespace answerback::notify
