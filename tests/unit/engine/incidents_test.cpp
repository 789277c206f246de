#include "engine/incidents.h"

#include <gtest/gtest.h>

namespace answerback::engine {
namespace {

Incident about(std::string probe) {
  Incident incident;
  incident.probe = std::move(probe);
  incident.reason = Reason::slow;
  return incident;
}

TEST(Incidents, NumbersIncreaseAndTheNewestStandsFirst) {
  Incidents book;
  EXPECT_EQ(book.open(about("a")).id, 1U);
  EXPECT_EQ(book.open(about("b")).id, 2U);
  EXPECT_TRUE(book.is_open("a"));
  const Wall at{std::chrono::hours(1)};
  const auto closed = book.close("a", at);
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->ended, at);
  EXPECT_FALSE(book.is_open("a"));
  EXPECT_FALSE(book.close("a", at).has_value());
  EXPECT_EQ(book.open(about("a")).id, 3U);
  const auto view = book.view();
  ASSERT_EQ(view->size(), 3U);
  EXPECT_EQ(view->at(0).id, 3U);
  EXPECT_EQ(view->at(2).id, 1U);
  EXPECT_EQ(book.view(), view) << "nothing changed";
}

TEST(Incidents, NoneEndsBeforeItBegan) {
  Incidents book;
  Incident incident = about("a");
  incident.since = Wall(std::chrono::hours(10));
  book.open(incident);
  EXPECT_EQ(book.close("a", Wall(std::chrono::hours(8)))->ended, incident.since) << "the clock was set back";
}

TEST(Incidents, KeepsTheNewestAndClosesEvenWhatIsNotShown) {
  Incidents book;
  book.open(about("old"));
  for (std::size_t i = 0; i < 2 * Incidents::shown; ++i) {
    book.open(about("flapping"));
    book.close("flapping", Wall{});
  }
  EXPECT_EQ(book.view()->size(), Incidents::shown);
  EXPECT_EQ(book.view()->back().id, Incidents::shown + 2);
  const auto closed = book.close("old", Wall{});
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->id, 1U);
}

TEST(Incidents, WorsenChangesTheReason) {
  Incidents book;
  book.open(about("a"));
  book.worsen("a", Reason::connect_refused);
  book.worsen("b", Reason::connect_refused);
  EXPECT_EQ(book.view()->at(0).reason, Reason::connect_refused);
}

}  // namespace
}  // namespace answerback::engine
