#include "access/door.h"

#include <algorithm>
#include <mutex>

#include "access/basic.h"
#include "access/bcrypt.h"

namespace answerback::access {
namespace {

constexpr Standing standing_of(Proof proof) {
  switch (proof) {
    case Proof::right: return Standing::authorised;
    case Proof::wrong: return Standing::refused;
    default: return Standing::busy;
  }
}

}  // namespace

Door::Door(std::filesystem::path web_file, WebFile::Told told, std::function<Steady()> now)
    : file_(web_file, std::move(told)), now_(now), passwords_({}, now), configured_(!web_file.empty()) {}

std::expected<void, std::string> Door::open() {
  auto started = file_.start();
  if (started) look();
  return started;
}

void Door::close() { passwords_.stop(); }

// The rate begins anew with new settings.
void Door::look() {
  const std::shared_ptr<const Web>& web = file_.now();
  good_ = file_.good();
  if (web == web_) return;
  web_ = web;
  certificate_expiry_ = web_->tls ? web_->tls->expiry() : 0;
  const RateLimit& rate = web_->settings.rate_limit;
  rate_.reset();
  if (rate.interval > Duration::zero()) rate_.emplace(static_cast<double>(rate.burst), rate.interval, now_());
}

std::unique_ptr<Channel> Door::channel(int socket) {
  return web_->tls ? tls_channel(socket, web_->tls) : plain_channel(socket);
}

bool Door::within_rate() { return !rate_ || rate_->take(now_()); }

bool Door::asks_for_passwords() const { return !web_->settings.users.empty(); }

std::optional<Standing> Door::knock(std::string_view authorization, std::string peer, Done done) {
  const auto& users = web_->settings.users;
  if (users.empty()) return Standing::everybody;
  if (authorization.empty()) return Standing::stranger;
  auto claimed = parse_basic(authorization);
  if (!claimed) return Standing::refused;

  const auto user = std::ranges::find(users, claimed->first, &std::pair<std::string, Secret>::first);
  // The answer may be there before prove() returns, and is then ours to give.
  struct Answer {
    std::mutex mutex;
    std::optional<Standing> early;
    bool awaited = false;
    Done done;
  };
  const auto answer = std::make_shared<Answer>();
  answer->done = std::move(done);
  passwords_.prove({.user = std::move(claimed->first),
                    .password = std::move(claimed->second),
                    .hash = user == users.end() ? "" : user->second.reveal(),
                    .decoy = bcrypt_decoy(users.front().second.reveal()),
                    .peer = std::move(peer)},
                   [answer](Proof proof) {
                     std::unique_lock lock(answer->mutex);
                     if (!answer->awaited) {
                       answer->early = standing_of(proof);
                       return;
                     }
                     lock.unlock();
                     answer->done(standing_of(proof));
                   });
  const std::lock_guard lock(answer->mutex);
  answer->awaited = !answer->early;
  return answer->early;
}

PortTally Door::tally() const {
  return {.web_config = configured_,
          .web_config_good = good_,
          .certificate_expiry = certificate_expiry_,
          .unauthorised = unauthorised_,
          .busy = busy_,
          .throttled = throttled_,
          .handshakes_failed = handshakes_failed_};
}

void Door::count_refused(Standing standing) {
  if (standing == Standing::throttled) ++throttled_;
  if (standing == Standing::busy) ++busy_;
  if (standing == Standing::stranger || standing == Standing::refused) ++unauthorised_;
}

}  // namespace answerback::access
