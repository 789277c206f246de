#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path good = std::filesystem::path(CONFIG_TESTS) / "good";
const Variables variables = {{"JWT_SECRET", "hunter2"}, {"TOKEN", "hunter2"}, {"COUNT", "4"}};

TEST(Print, TheEffectiveConfiguration) {
  Loaded loaded;
  load_all(good / "everything.yaml", variables, loaded);
  EXPECT_EQ(loaded.config.print(), R"(service: "yes"
listen: "[::1]:0"
defaults:
  interval: 100ms
  timeout: 5s
  fall: 1
  rise: 2
  flapping:
    falls: 5
    hold: false
credentials:
  from-part:
    token: <secret>
probes:
  - name: a.b_c-D9
    type: http
    interval: 100ms
    timeout: 5s
    fall: 1
    rise: 2
    flapping:
      falls: 5
      within: 6s
      hold: false
    stale: 1m
    critical: false
    labels: {team: core, _x1: ""}
    runbook_url: "https://wiki/a"
    depends_on: [included]
    url: "http://<secret>@host/x?q=$${literal}"
    method: POST
    headers: {Authorization: <secret>}
    api_key: <secret>
    body: "two\nlines\n"
    redirects: 4
    ratio: 0.25
    fresh: false
    tags: [one, "no", "it's"]
    notes: {first: "1", "key with spaces": "b: c"}
    expect:
      status: [200, 204]
      json: {"/a": [1, 2.5, true, null, "5", "text", ""], "/b": {}, "/t": "<secret>"}
      within: 90m
    steps:
      - send: hi
      - send: ho
        pause: 90s
  - name: included
    type: plain
    interval: 100ms
    timeout: 5s
    fall: 1
    rise: 2
    flapping:
      falls: 5
      within: 6s
      hold: false
    stale: 5300ms
    critical: true
capabilities:
  - name: "from a part"
    value: 0.5
    needs: [included, a.b_c-D9]
groups:
  readiness:
    needs: [a.b_c-D9]
  startup:
    needs: [included]
)");
}

TEST(Print, IsReadBackAndPrintsTheSame) {
  for (const char* name : {"everything.yaml", "anchors.yaml"}) {
    Loaded loaded;
    load_all(good / name, variables, loaded);
    const std::string printed = loaded.config.print();
    const Written again(printed);
    EXPECT_EQ(again.text(), "") << printed;
    EXPECT_EQ(again.loaded.config.print(), printed);
  }
}

TEST(Print, ShowsNoSecret) {
  const auto folder = fresh_folder();
  write(folder / "secret", "hunter2\n");
  const std::string file = "${file:" + folder.string() + "/secret}";
  const Written written(
      "service: \"" + file +
          "\"\nstate_dir: /x\nprobes:\n  - name: a\n    type: http\n    url: \"postgres://u:${P}@h\"\n" +
          "    body: \"see http://u:hun/hunter2@h and ws://hunter2@h\"\n    headers: {X: hunter2}\n    "
          "api_key: hunter2\n" +
          "    tags: [\"" + file + "\"]\n    notes: {password: hunter2, x: \"" + file +
          "\"}\n    expect: {json: {/a: \"${P}\", /access_token: hunter2}}\n" +
          "credentials: {c: {token: hunter2, jwt: {secret: \"${P}\"}}}\n",
      {{"P", "hunter2"}});
  EXPECT_EQ(written.text(), "");
  EXPECT_THAT(written.loaded.config.print(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(written.loaded.config.print(), HasSubstr("\"postgres://<secret>@h\""));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace answerback::config::testing
