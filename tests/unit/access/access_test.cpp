// Hashes, the Authorization header, the rate, and passwords with a check of the test's own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "access/basic.h"
#include "access/bcrypt.h"
#include "access/passwords.h"
#include "access/token_bucket.h"

namespace answerback::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// "geheim", by htpasswd -nbBC 8.
const std::string hash_of_geheim = "$2y$08$sGS2BjDRAVG.iX0tOwZCaOfDl7iPLadA5rRycD2Ob3PukJkX4yCGy";

TEST(Bcrypt, TakesWhatIsSafeAndBearable) {
  const std::string tail = hash_of_geheim.substr(6);
  for (const std::string head : {"$2a$08", "$2b$10", "$2y$14"})
    EXPECT_THAT(bcrypt_flaw(head + tail), IsEmpty()) << head;
  for (const std::string& hash :
       {std::string(), std::string("geheim"), "$2y$07" + tail, "$2y$15" + tail, "$2x$10" + tail,
        "$2y$1a" + tail, "$1$10" + tail, "$2y$10" + tail + "a", "$2y$10" + tail.substr(1),
        "$2y$10$" + std::string(53, '*'), "$2y$10$" + std::string(53, '\0')})
    EXPECT_FALSE(bcrypt_flaw(hash).empty()) << hash;
}

TEST(Bcrypt, MatchesThePasswordAndNoOther) {
  EXPECT_TRUE(bcrypt_matches(hash_of_geheim, "geheim"));
  for (const std::string& other :
       {std::string("Geheim"), std::string(), std::string("geheim\0", 7), std::string(600, 'x')})
    EXPECT_FALSE(bcrypt_matches(hash_of_geheim, other));
  std::string of_another_kind = hash_of_geheim;
  of_another_kind[2] = 'b';
  EXPECT_TRUE(bcrypt_matches(of_another_kind, "geheim"));
  EXPECT_FALSE(bcrypt_matches("*0", "geheim"));
}

TEST(Bcrypt, ADecoyCostsWhatTheOthersCostAndIsAHash) {
  EXPECT_EQ(bcrypt_decoy(hash_of_geheim).substr(0, 6), hash_of_geheim.substr(0, 6));
  EXPECT_THAT(bcrypt_flaw(bcrypt_decoy(hash_of_geheim)), IsEmpty());
  EXPECT_THAT(bcrypt_flaw(bcrypt_decoy("")), IsEmpty());
}

TEST(Basic, ReadsUserAndPassword) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(parse_basic("Basic dTpw"), Pair("u", "p"));
  EXPECT_EQ(parse_basic("bASIC   dTpw"), Pair("u", "p"));
  EXPECT_EQ(parse_basic("Basic dTpwOnE="), Pair("u", "p:q"));
  EXPECT_EQ(parse_basic("Basic Og=="), Pair("", ""));
  EXPECT_EQ(parse_basic("Basic dTo="), Pair("u", ""));
}

TEST(Basic, RefusesWhatIsNotThat) {
  for (const char* text :
       {"", "Basic", "Basic ", "Bearer dTpw", "Basicx dTpw", "Basic dTpwdTpw=dTp", "Basic dTp", "Basic d Tp",
        "Basic dTp\n", "Basic ====", "Basic dXA=", "Basic !!!!"})
    EXPECT_FALSE(parse_basic(text)) << text;
  EXPECT_FALSE(parse_basic("Basic " + std::string(8192, 'd')));
}

TEST(Basic, SurvivesAnything) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "Basic dTpwYXNzd29yZA==";
    for (int n = 0; n < 3; ++n) text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % (text.size() + 1));
    if (const auto pair = parse_basic(text)) EXPECT_LE(pair->first.size() + pair->second.size(), text.size());
  }
}

TEST(TokenBucket, SoManyAtOnceThenOneEverySoOften) {
  Steady now{};
  TokenBucket bucket(3, 100ms, now);
  const auto taken = [&] {
    int n = 0;
    while (bucket.take(now)) ++n;
    return n;
  };
  EXPECT_EQ(taken(), 3);
  now += 99ms;
  EXPECT_EQ(taken(), 0);
  now += 1ms;
  EXPECT_EQ(taken(), 1);
  now += 1h;
  EXPECT_EQ(taken(), 3);
}

// Checks by hand: a password is right if it is its hash. Counts what was checked.
class Proving : public testing::Test {
 protected:
  Proof prove(std::string user, std::string password, std::string hash, std::string peer = "10.0.0.1") {
    const auto answer = std::make_shared<std::promise<Proof>>();
    passwords_.prove({std::move(user), std::move(password), std::move(hash), "decoy", std::move(peer)},
                     [answer](Proof proof) { answer->set_value(proof); });
    return answer->get_future().get();
  }
  std::mutex mutex_;
  std::vector<std::string> checked_;
  Steady now_{};
  Passwords passwords_{[this](const std::string& hash, const std::string& password) {
                         const std::lock_guard lock(mutex_);
                         checked_.push_back(hash);
                         return hash == password;
                       },
                       [this] { return now_; }};
};

TEST_F(Proving, WhatIsRightIsCheckedOnce) {
  EXPECT_EQ(prove("u", "h", "h"), Proof::right);
  EXPECT_EQ(prove("u", "h", "h"), Proof::right);
  EXPECT_THAT(checked_, ElementsAre("h"));
  EXPECT_EQ(prove("u", "h", "new"), Proof::wrong) << "another hash, another password";
  EXPECT_EQ(prove("v", "h", "h"), Proof::right);
  EXPECT_EQ(checked_.size(), 3U) << "another user is another claim";
}

TEST_F(Proving, WhatIsWrongIsNotRemembered) {
  EXPECT_EQ(prove("u", "x", "h"), Proof::wrong);
  EXPECT_EQ(prove("u", "x", "h"), Proof::wrong);
  EXPECT_EQ(checked_.size(), 2U);
}

TEST_F(Proving, PairsDoNotRunIntoOneAnother) {
  EXPECT_EQ(prove("ab", "c", "c"), Proof::right);
  EXPECT_EQ(prove("a", "bc", "c"), Proof::wrong);
  EXPECT_EQ(prove("abc", "", "c"), Proof::wrong);
}

TEST_F(Proving, WhoIsNotThereCostsADecoyAndIsWrongEvenIfItMatches) {
  EXPECT_EQ(prove("nobody", "decoy", ""), Proof::wrong);
  EXPECT_EQ(prove("nobody", "decoy", ""), Proof::wrong);
  EXPECT_THAT(checked_, ElementsAre("decoy", "decoy"));
}

TEST_F(Proving, GuessingIsLimitedPerAddress) {
  EXPECT_EQ(prove("u", "h", "h"), Proof::right);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(prove("u", "x", "h"), Proof::wrong) << i;
  checked_.clear();
  EXPECT_EQ(prove("u", "x", "h"), Proof::busy);
  EXPECT_THAT(checked_, IsEmpty());
  EXPECT_EQ(prove("u", "h", "h"), Proof::right) << "who was right before is let in";
  EXPECT_EQ(prove("u", "x", "h", "10.0.0.2"), Proof::wrong) << "others have an allowance of their own";
  now_ += 2s;
  EXPECT_EQ(prove("u", "x", "h"), Proof::wrong);
  EXPECT_EQ(prove("u", "x", "h"), Proof::busy);
}

TEST_F(Proving, RightOnesCostNoAllowance) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(prove("u" + std::to_string(i), "h", "h"), Proof::right) << i;
}

TEST(Passwords, NoMoreThan64WaitAndStoppingAnswersAll) {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  Passwords passwords([opened](const std::string&, const std::string&) { return opened.wait(), false; });
  std::atomic<int> busy = 0, wrong = 0;
  const auto ask = [&](int i) {
    passwords.prove({"u", "x", "h", "d", "peer " + std::to_string(i)},
                    [&](Proof proof) { ++(proof == Proof::busy ? busy : wrong); });
  };
  ask(0);
  for (int i = 1; i <= 200; ++i) ask(i);
  EXPECT_GE(busy, 200 - 65);
  EXPECT_LE(busy, 200 - 64 + 1);
  std::thread stopping([&] { passwords.stop(); });
  while (busy < 200) std::this_thread::yield();
  open.set_value();
  stopping.join();
  EXPECT_EQ(busy + wrong, 201);
  ask(0);
  EXPECT_EQ(busy + wrong, 202);
}

}  // namespace
}  // namespace answerback::access
