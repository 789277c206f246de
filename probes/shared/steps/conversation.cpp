#include "probes/shared/steps/conversation.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "probe/random.h"

namespace answerback::probes {
namespace {

std::string uuid(Random& random) {  // RFC 9562, version 4
  const std::uint64_t a = random.bits(), b = random.bits();
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xFFFF), static_cast<unsigned>(a & 0xFFF),
                static_cast<unsigned>(b >> 48 & 0x3FFF) | 0x8000U,
                static_cast<unsigned long long>(b & 0xFFFF'FFFF'FFFF));
  return text.data();
}

StepValues first_values(const Run& run, Random& random, const ScriptedSettings& settings,
                        const std::string& token) {
  StepValues values = settings.secrets;
  values["uuid"] = {uuid(random), false};
  values["run_id"] = {trace_id(run.id), false};
  values["token"] = {token, false};
  return values;
}

}  // namespace

Conversation::Conversation(Run& run, const ScriptedSettings& settings, PlatformSocket socket,
                           StepValues values)
    : run_(run),
      settings_(settings),
      socket_(std::move(socket)),
      machine_(settings.script, std::move(values)),
      splitter_(settings.script.terminator) {
  for (const auto& [name, secret] : settings.secrets) socket_.hide(secret.text);
}

asio::awaitable<std::expected<std::unique_ptr<Conversation>, Failure>> Conversation::open(
    Run& run, Services& services, const ScriptedSettings& settings) {
  auto socket = co_await PlatformSocket::open(run, services, settings.session);
  if (!socket) co_return std::unexpected(std::move(socket).error().failure);
  if (settings.must_select && socket->unselected()) {
    co_await socket->close();
    co_return std::unexpected(
        Failure{Reason::subprotocol, "the server selected none of the subprotocols: it does not speak it"});
  }
  StepValues values = first_values(run, services.random, settings, socket->token());
  run.enter(Phase::welcome);
  co_return std::unique_ptr<Conversation>(
      new Conversation(run, settings, *std::move(socket), std::move(values)));
}

std::unexpected<Failure> Conversation::failed() const {
  Failure failure = *machine_.failure();
  failure.detail = socket_.without_secrets(std::move(failure.detail));
  if (splitter_.unfinished() > 0)
    failure.detail += "; " + std::to_string(splitter_.unfinished()) + " bytes came without their end";
  return std::unexpected(std::move(failure));
}

asio::awaitable<std::expected<void, Failure>> Conversation::flush() {
  for (std::string& message : machine_.outgoing()) {
    auto sent = co_await socket_.send(framed(std::move(message), settings_.script.terminator));
    if (!sent) co_return std::unexpected(std::move(sent).error());
  }
  co_return std::expected<void, Failure>();
}

asio::awaitable<std::expected<void, Failure>> Conversation::play(std::size_t end) {
  machine_.go(end, run_.clock.now());
  for (;;) {
    if (auto sent = co_await flush(); !sent) co_return std::unexpected(std::move(sent).error());
    if (machine_.failure()) co_return failed();
    if (machine_.arrived()) co_return std::expected<void, Failure>();
    if (run_.clock.now() >= socket_.last_call()) {
      machine_.out_of_time(run_.clock.now());
      co_return failed();
    }
    if (auto heard = co_await turn(socket_.last_call()); !heard)
      co_return std::unexpected(std::move(heard).error());
  }
}

asio::awaitable<std::expected<std::optional<Conversation::Heard>, Failure>> Conversation::next(Steady until) {
  for (;;) {
    auto heard = co_await turn(until);
    if (!heard) co_return std::unexpected(std::move(heard).error());
    if (auto sent = co_await flush(); !sent) co_return std::unexpected(std::move(sent).error());
    if (machine_.failure()) co_return failed();
    if (*heard) co_return std::move(heard);
    if (run_.clock.now() >= until) co_return std::nullopt;
  }
}

asio::awaitable<std::expected<std::optional<Conversation::Heard>, Failure>> Conversation::turn(Steady until) {
  if (heard_.empty()) {
    auto read = co_await socket_.next(std::min(until, machine_.wait()));
    machine_.tick(run_.clock.now());
    if (!read) {
      machine_.gone(read.error().failure, read.error().code);
      co_return std::nullopt;
    }
    if (!*read || !(*read)->text) co_return std::nullopt;  // nobody here speaks binary
    auto messages = splitter_.feed((*read)->data);
    if (!messages) co_return std::unexpected(std::move(messages).error());
    heard_.insert(heard_.end(), std::move_iterator(messages->begin()), std::move_iterator(messages->end()));
    if (heard_.empty()) co_return std::nullopt;
  }
  Heard heard{std::make_unique<Incoming>(std::move(heard_.front())), run_.clock.now()};
  heard_.pop_front();
  if (machine_.take(*heard.message, heard.at)) co_return std::move(heard);
  co_return std::nullopt;
}

}  // namespace answerback::probes
