// The four wire shapes of the same chain, field by field.

#include <boost/json/parse.hpp>

#include "unit/demo/client.h"

namespace demo::test {
namespace {

class Shapes : public PlatformTest, public testing::WithParamInterface<const char*> {};

TEST_P(Shapes, CarryTheChain) {
  Options wanted = fast();
  wanted.shape = *shape_named(GetParam());
  begin(wanted);
  const auto frames = converse(request("start_agent", question));
  ASSERT_EQ(frames.size(), 5U);
  EXPECT_EQ(frames[0].name(), "agent_started");
  EXPECT_EQ(frames[4].name(), "agent_completed");
  EXPECT_NE(frames[4].field("final_response").find(right_answer), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, Shapes, testing::Values("data", "payload", "flat", "carrier"),
                         [](const auto& info) { return std::string(info.param); });

TEST(EventFrame, HasTheFieldsWhereTheShapeSays) {
  const json::object fields = {{"run_id", "r"}};
  EXPECT_EQ(json::parse(event_frame(Shape::data, "agent_started", fields)),
            json::parse(R"({"type":"agent_started","data":{"run_id":"r"}})"));
  EXPECT_EQ(json::parse(event_frame(Shape::payload, "agent_started", fields)),
            json::parse(R"({"type":"agent_started","payload":{"run_id":"r"}})"));
  EXPECT_EQ(json::parse(event_frame(Shape::flat, "agent_started", fields)),
            json::parse(R"({"type":"agent_started","run_id":"r"})"));
  EXPECT_EQ(json::parse(event_frame(Shape::carrier, "agent_started", fields)),
            json::parse(R"({"type":"agent_progress","data":{"event":"agent_started","run_id":"r"}})"));
}

TEST(EventFrame, ShapesHaveNames) {
  EXPECT_EQ(shape_named("flat"), Shape::flat);
  EXPECT_EQ(shape_named("round"), std::nullopt);
  EXPECT_EQ(shape_after(Shape::carrier), Shape::data);
}

}  // namespace
}  // namespace demo::test
