#pragma once
// The routes over a platform of three probes, db, web and extra, asked without a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.h"
#include "support/snapshot_builder.h"

namespace answerback::http {

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    const ProbeId db = given.probe({.name = "db"});
    given.probe({.name = "web", .health = Health::degraded, .reason = Reason::slow});
    given.probe({.name = "extra", .health = Health::down, .reason = Reason::status, .critical = false});
    given.group("readiness", {db, 1});
  }

  Response ask(std::string_view target, std::string method = "GET", Pairs headers = {}) {
    auto parsed = parse_target(target);
    EXPECT_TRUE(parsed) << target;
    Request request{.method = std::move(method),
                    .path = parsed->first,
                    .query = parsed->second,
                    .headers = std::move(headers),
                    .standing = standing};
    return handle(request, {.snapshot = started ? given.build() : nullptr,
                            .chronicle = started ? given.chronicle() : nullptr,
                            .beat_age = beat_age,
                            .version = "1.2.3",
                            .actions = actions,
                            .stopping = stopping,
                            .events = &events,
                            .headers = &added});
  }

  test::SnapshotBuilder given;
  Actions actions;
  sinks::EventRing events{test::noon};
  Duration beat_age = std::chrono::milliseconds(100);
  bool started = true, stopping = false;
  access::Standing standing = access::Standing::everybody;
  Pairs added;
};

}  // namespace answerback::http
