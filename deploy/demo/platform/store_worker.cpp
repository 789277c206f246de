#include "platform/store_worker.h"

#include <libpq-fe.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <utility>

namespace demo {
namespace {

constexpr const char* make_tables =
    "SET client_min_messages = warning;"
    "CREATE TABLE IF NOT EXISTS threads(id text PRIMARY KEY, user_id text NOT NULL, created_at timestamptz "
    "NOT NULL "
    "DEFAULT now());"
    "CREATE TABLE IF NOT EXISTS runs(id text PRIMARY KEY, thread_id text NOT NULL REFERENCES threads ON "
    "DELETE CASCADE, "
    "status text NOT NULL DEFAULT 'running', prompt text NOT NULL, answer text, started_at timestamptz NOT "
    "NULL DEFAULT "
    "now(), ended_at timestamptz);"
    "CREATE INDEX IF NOT EXISTS runs_thread_id ON runs(thread_id);"
    "CREATE INDEX IF NOT EXISTS threads_user_id ON threads(user_id, created_at)";

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}

}  // namespace

void StoreWorker::Disconnect::operator()(pg_conn* connection) const { PQfinish(connection); }

StoreWorker::StoreWorker(asio::any_io_executor executor, std::string dsn)
    : executor_(std::move(executor)), dsn_(std::move(dsn)), thread_([this] { work(); }) {}

StoreWorker::~StoreWorker() { stop(); }

void StoreWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  // What is left is destroyed here, on the loop's thread, to which the waiting coroutines belong.
  std::exchange(questions_, {});
}

asio::awaitable<StoreWorker::Answer> StoreWorker::query(const char* sql,
                                                        std::vector<std::string> parameters) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      [this, sql](auto handler, std::vector<std::string> values) {
        {
          const std::lock_guard lock(mutex_);
          questions_.push_back({sql, std::move(values), std::move(handler)});
        }
        wake_.notify_one();
      },
      asio::use_awaitable, std::move(parameters));
}

void StoreWorker::work() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // they are for the main thread
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) break;
    Question& question =
        questions_.front();  // stays: only this thread takes away, and a deque's ends do not move it
    lock.unlock();
    Answer answer = ask(question);
    lock.lock();
    if (stopping_) break;
    asio::post(executor_, [handler = std::move(question.handler), answer = std::move(answer)]() mutable {
      std::move(handler)(std::move(answer));
    });
    questions_.pop_front();
  }
  connection_.reset();
}

StoreWorker::Answer StoreWorker::ask(const Question& question) {
  if (const auto ready = connect(); !ready) return std::unexpected(ready.error());
  std::vector<const char*> values;
  for (const std::string& parameter : question.parameters) values.push_back(parameter.c_str());
  const Result result(PQexecParams(connection_.get(), question.sql, static_cast<int>(values.size()), nullptr,
                                   values.data(), nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return std::unexpected(one_line(PQerrorMessage(connection_.get())));
  Rows rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    auto& fields = rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column)
      fields.emplace_back(PQgetvalue(result.get(), row, column));
  }
  return rows;
}

std::expected<void, std::string> StoreWorker::connect() {
  if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) return {};
  // The connection string is expanded where dbname stands and beats what comes before it. Nothing may block
  // for ever.
  const char* keys[] = {"connect_timeout",  "tcp_user_timeout", "options",
                        "application_name", "dbname",           nullptr};
  const char* values[] = {
      "2",          "3000", "-c statement_timeout=3000 -c synchronous_commit=off", "answerback-demo-platform",
      dsn_.c_str(), nullptr};
  connection_.reset(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    return std::unexpected(one_line(PQerrorMessage(connection_.get())));
  const Result made(PQexec(connection_.get(), make_tables));
  if (PQresultStatus(made.get()) == PGRES_COMMAND_OK) return {};
  std::string why = one_line(PQerrorMessage(connection_.get()));
  connection_.reset();
  return std::unexpected("making the tables: " + why);
}

}  // namespace demo
