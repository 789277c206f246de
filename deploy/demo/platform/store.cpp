#include "platform/store.h"

#include <ctime>
#include <deque>

#include "platform/store_worker.h"

namespace demo {
namespace {

namespace json = boost::json;

constexpr std::size_t kept_in_memory = 1000;
constexpr const char* layer_broken = "database layer: session factory is None, no session can be made";

std::unexpected<std::string> broken() { return std::unexpected(std::string(layer_broken)); }

constexpr const char* insert_run =
    "WITH thread AS (INSERT INTO threads(id, user_id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING) "
    "INSERT INTO runs(id, thread_id, prompt) VALUES ($3, $1, $4)";
constexpr const char* update_run = "UPDATE runs SET status = $2, answer = $3, ended_at = now() WHERE id = $1";
constexpr const char* select_threads =
    "SELECT t.id, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), count(r.id) "
    "FROM threads t LEFT JOIN runs r ON r.thread_id = t.id WHERE t.user_id = $1 "
    "GROUP BY t.id ORDER BY t.created_at DESC LIMIT 50";
constexpr const char* delete_thread = "DELETE FROM threads WHERE user_id = $1 AND id = $2 RETURNING id";

json::object thread_object(std::string_view id, std::string_view created, std::int64_t runs) {
  return {{"id", id}, {"created_at", created}, {"runs", runs}};
}

std::string iso_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

class Store::Worker : public StoreWorker {
  using StoreWorker::StoreWorker;
};

class Store::Memory {
 public:
  void begin(const Job& job) {
    for (Thread& thread : threads_)
      if (thread.id == job.thread) {
        ++thread.runs;
        return;
      }
    threads_.push_front({job.thread, job.user, iso_now(), 1});
    if (threads_.size() > kept_in_memory) threads_.pop_back();
  }
  json::array of(std::string_view user) const {
    json::array all;
    for (const Thread& thread : threads_)
      if (thread.user == user && all.size() < 50)
        all.push_back(thread_object(thread.id, thread.created, thread.runs));
    return all;
  }
  bool erase(std::string_view user, std::string_view id) {
    return std::erase_if(threads_, [&](const Thread& t) { return t.id == id && t.user == user; }) > 0;
  }

 private:
  struct Thread {
    std::string id, user, created;
    std::int64_t runs = 0;
  };
  std::deque<Thread> threads_;
};

Store::Store(const asio::any_io_executor& executor, std::string dsn, const Faults& faults)
    : faults_(faults), memory_(std::make_unique<Memory>()) {
  if (!dsn.empty()) worker_ = std::make_unique<Worker>(executor, std::move(dsn));
}

Store::~Store() = default;

void Store::stop() {
  if (worker_) worker_->stop();
}

bool Store::has_database() const { return worker_ != nullptr; }

Store::Outcome<void> Store::ping() {
  if (faults_.on(Fault::database)) co_return broken();
  if (!worker_) co_return std::expected<void, std::string>();
  const auto rows = co_await worker_->query("SELECT 1", {});
  if (!rows) co_return std::unexpected(rows.error());
  co_return std::expected<void, std::string>();
}

Store::Outcome<void> Store::begin(Job job) {
  if (faults_.on(Fault::database)) co_return broken();
  if (worker_) {
    const auto rows = co_await worker_->query(insert_run, {job.thread, job.user, job.run, job.text});
    if (!rows) co_return std::unexpected(rows.error());
  } else {
    memory_->begin(job);
  }
  co_return std::expected<void, std::string>();
}

Store::Outcome<void> Store::finish(std::string run, std::string status, std::string answer) {
  if (faults_.on(Fault::database)) co_return broken();
  if (worker_) {
    const auto rows =
        co_await worker_->query(update_run, {std::move(run), std::move(status), std::move(answer)});
    if (!rows) co_return std::unexpected(rows.error());
  }
  co_return std::expected<void, std::string>();
}

Store::Outcome<json::array> Store::threads(std::string user) {
  if (faults_.on(Fault::database)) co_return broken();
  if (!worker_) co_return memory_->of(user);
  const auto rows = co_await worker_->query(select_threads, {std::move(user)});
  if (!rows) co_return std::unexpected(rows.error());
  json::array all;
  for (const auto& row : *rows) all.push_back(thread_object(row[0], row[1], std::stoll(row[2])));
  co_return all;
}

Store::Outcome<bool> Store::erase(std::string user, std::string thread) {
  if (faults_.on(Fault::database)) co_return broken();
  if (!worker_) co_return memory_->erase(user, thread);
  const auto rows = co_await worker_->query(delete_thread, {std::move(user), std::move(thread)});
  if (!rows) co_return std::unexpected(rows.error());
  co_return !rows->empty();
}

}  // namespace demo
