#include "probe/registry.h"

#include <gtest/gtest.h>

#include <array>

namespace answerback {
namespace {

std::unique_ptr<Probe> make_none(config::Fields&, Services&) { return nullptr; }

TEST(Registry, FindsTypesByName) {
  const std::array types{ProbeType{"http", "", make_none, {}}, ProbeType{"websocket", "", make_none, {}}};
  const Registry registry(types);
  ASSERT_NE(registry.find("websocket"), nullptr);
  EXPECT_EQ(registry.find("websocket")->name, "websocket");
  EXPECT_EQ(registry.find("web"), nullptr);
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"http", "websocket"}));
}

}  // namespace
}  // namespace answerback
