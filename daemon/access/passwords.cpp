#include "access/passwords.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

#include "access/bcrypt.h"
#include "access/token_bucket.h"

namespace answerback::access {
namespace {

constexpr std::size_t most_remembered = 256, most_waiting = 64, most_peers = 4096;
constexpr double wrong_at_once = 10;
constexpr Duration wrong_again = std::chrono::seconds(2);

using Digest = std::array<unsigned char, 32>;

// The pair and the hash it was right for, each with its length before it: no two of them run into one
// another.
std::string as_one(const Passwords::Claim& claim) {
  std::string out;
  for (const std::string* each : {&claim.user, &claim.hash, &claim.password})
    out.append(std::to_string(each->size())).append(":").append(*each);
  return out;
}

// Digests of right claims, the latest last. Under a key of this process they tell nothing.
class Remembered {
 public:
  // The kernel's randomness, not OpenSSL's: that sets up all of OpenSSL, which few ports need.
  Remembered() {
    if (getentropy(key_.data(), key_.size()) != 0)
      throw std::system_error(errno, std::system_category(), "getentropy");
  }

  Digest digest(const Passwords::Claim& claim) const {
    std::string text = as_one(claim);
    Digest out{};
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), nullptr);
    OPENSSL_cleanse(text.data(), text.size());
    return out;
  }
  bool holds(const Digest& wanted) {  // looks at all of them, whichever it is
    const Digest* found = nullptr;
    for (const Digest& each : digests_)
      if (CRYPTO_memcmp(each.data(), wanted.data(), wanted.size()) == 0) found = &each;
    return found != nullptr;
  }
  void add(const Digest& digest) {
    if (digests_.size() == most_remembered) digests_.pop_front();
    digests_.push_back(digest);
  }

 private:
  Digest key_{};
  std::deque<Digest> digests_;
};

// What each address may still get wrong. A right one costs nothing.
class Allowances {
 public:
  bool take(const std::string& peer, Steady now) { return of(peer, now).take(now); }
  void give_back(const std::string& peer) {
    if (const auto found = find(peer); found != peers_.end()) found->bucket.give_back();
  }

 private:
  struct Peer {
    std::string address;
    TokenBucket bucket;
  };
  std::list<Peer>::iterator find(const std::string& peer) {
    return std::ranges::find(peers_, peer, &Peer::address);
  }
  TokenBucket& of(const std::string& peer, Steady now) {
    auto found = find(peer);
    if (found == peers_.end()) {
      std::erase_if(peers_, [&](Peer& each) { return each.bucket.full(now); });
      if (peers_.size() == most_peers) peers_.pop_front();
      found = peers_.insert(peers_.end(), {peer, TokenBucket(wrong_at_once, wrong_again, now)});
    }
    return found->bucket;
  }
  std::list<Peer> peers_;
};

void step_back() {  // a thread that guards the door is in nobody's way: last in line for the processor, no
                    // signals
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  setpriority(PRIO_PROCESS, 0, 10);  // of this thread alone, on Linux
}

}  // namespace

struct Passwords::Impl {
  Impl(Check c, std::function<Steady()> n) : check(std::move(c)), now(std::move(n)) {}

  struct Waiting {
    Claim claim;
    Digest digest;
    Done done;
  };

  void work(std::unique_lock<std::mutex> lock) {
    while (true) {
      something.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      Waiting one = std::move(queue.front());
      queue.pop_front();
      const bool known =
          remembered.holds(one.digest);  // of two that asked at once, the second is not checked again
      lock.unlock();
      const bool there = !one.claim.hash.empty();
      const bool matches = known || check(there ? one.claim.hash : one.claim.decoy, one.claim.password);
      const bool right = there && matches;
      OPENSSL_cleanse(one.claim.password.data(), one.claim.password.size());
      lock.lock();
      if (right) allowances.give_back(one.claim.peer);
      if (right && !known) remembered.add(one.digest);
      lock.unlock();
      one.done(right ? Proof::right : Proof::wrong);
      lock.lock();
    }
  }

  Check check;
  std::function<Steady()> now;
  std::mutex mutex;
  std::condition_variable something;
  std::deque<Waiting> queue;
  Remembered remembered;
  Allowances allowances;
  bool stopping = false;
  std::thread thread;  // from the first claim on
};

Passwords::Passwords(Check check, std::function<Steady()> now)
    : impl_(new Impl(check ? std::move(check) : Check(bcrypt_matches), std::move(now))) {}
Passwords::~Passwords() { stop(); }

void Passwords::prove(Claim claim, Done done) {
  std::unique_lock lock(impl_->mutex);
  const Digest digest = impl_->remembered.digest(claim);
  if (!claim.hash.empty() && impl_->remembered.holds(digest)) {
    lock.unlock();
    return done(Proof::right);
  }
  if (impl_->stopping || impl_->queue.size() == most_waiting ||
      !impl_->allowances.take(claim.peer, impl_->now())) {
    lock.unlock();
    return done(Proof::busy);
  }
  impl_->queue.push_back({std::move(claim), digest, std::move(done)});
  if (!impl_->thread.joinable()) {
    impl_->thread = std::thread([impl = impl_.get()] {
      step_back();
      impl->work(std::unique_lock(impl->mutex));
    });
  }
  impl_->something.notify_one();
}

void Passwords::stop() {
  std::deque<Impl::Waiting> rest;
  std::thread thread;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    rest.swap(impl_->queue);
    thread.swap(impl_->thread);
  }
  impl_->something.notify_one();
  for (Impl::Waiting& each : rest) each.done(Proof::busy);
  if (thread.joinable()) thread.join();
}

}  // namespace answerback::access
