#include "silencing.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string_view>

#include "http/silences_json.h"
#include "model/text.h"

namespace answerback {

namespace {

constexpr std::string_view store_key = "answerback/silences";
constexpr std::chrono::seconds patience{2};

template <class T>
std::expected<T, std::string> on_the_loop(boost::asio::io_context& loop,
                                          std::function<std::expected<T, std::string>()> work) {
  const auto result = std::make_shared<std::promise<std::expected<T, std::string>>>();
  auto done = result->get_future();
  boost::asio::post(loop, [result, work = std::move(work)] { result->set_value(work()); });
  if (done.wait_for(patience) != std::future_status::ready)
    return std::unexpected("the daemon is busy or stopping: not known whether it was done");
  return done.get();
}

}  // namespace

Silencing::Silencing(boost::asio::io_context& loop, engine::Engine& engine, Clock& clock, Store& store,
                     sinks::EventLog& log)
    : loop_(loop), engine_(engine), clock_(clock), store_(store), log_(log) {}

void Silencing::restore() {
  if (const auto kept = store_.get(store_key)) engine_.silences().restore(http::read_silences(*kept));
}

std::expected<Silence, std::string> Silencing::add(Silence wanted) {
  return on_the_loop<Silence>(loop_, [this, wanted = std::move(wanted)] { return add_now(wanted); });
}

std::expected<void, std::string> Silencing::remove(std::string id) {
  return on_the_loop<void>(loop_, [this, id = std::move(id)] { return remove_now(id); });
}

std::expected<Silence, std::string> Silencing::add_now(const Silence& wanted) {
  auto taken = engine_.silences().add(wanted, clock_.wall());
  if (!taken) return taken;
  keep();
  log_.log(sinks::LogLevel::info, "silence asked for",
           {{"id", taken->name},
            {"author", taken->author},
            {"comment", taken->comment},
            {"ends", iso_time(*taken->until)}});
  return taken;
}

std::expected<void, std::string> Silencing::remove_now(const std::string& id) {
  auto done = engine_.silences().remove(id);
  if (!done) return done;
  keep();
  log_.log(sinks::LogLevel::info, "silence deleted", {{"id", id}});
  return done;
}

void Silencing::keep() {
  store_.put(store_key, http::silences_json(engine_.silences().asked(), clock_.wall()));
}

}  // namespace answerback
