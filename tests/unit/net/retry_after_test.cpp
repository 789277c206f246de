#include "net/retry_after.h"

#include <gtest/gtest.h>

namespace answerback::net {
namespace {

using namespace std::chrono_literals;

const Wall now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

TEST(RetryAfter, IsReadInAllItsForms) {
  struct Case {
    Headers headers;
    std::optional<Duration> wait;
  };
  for (const auto& [headers, wait] : {
           Case{{{"Retry-After", "20"}}, 20s},
           Case{{{"retry-after", "0.5"}}, 500ms},
           Case{{{"Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT"}}, 30s},
           Case{{{"retry-after-ms", "1500"}, {"Retry-After", "2"}}, 1500ms},
           Case{{{"retry-after-ms", "soon"}, {"Retry-After", "2"}}, 2s},
           Case{{{"Retry-After", "3600"}}, 1h},
           Case{{{"Retry-After", "86400"}}, 1h},
           Case{{{"Retry-After", "Mon, 23 Nov 2026 12:00:00 GMT"}}, 1h},
           Case{{}, std::nullopt},
           Case{{{"Retry-After", "0"}}, std::nullopt},
           Case{{{"Retry-After", "-20"}}, std::nullopt},
           Case{{{"Retry-After", "99999999999999999999999999"}}, std::nullopt},
           Case{{{"Retry-After", "1e9"}}, std::nullopt},
           Case{{{"Retry-After", "nan"}}, std::nullopt},
           Case{{{"Retry-After", "inf"}}, std::nullopt},
           Case{{{"Retry-After", ""}}, std::nullopt},
           Case{{{"Retry-After", "20s"}}, std::nullopt},
           Case{{{"Retry-After", "Sun, 22 Nov 2026 11:00:00 GMT"}}, std::nullopt},
           Case{{{"Retry-After", "Sun, 22 Nov 9999 11:00:00 GMT"}}, std::nullopt},
           Case{{{"Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT+9"}}, std::nullopt},
       }) {
    EXPECT_EQ(retry_after(headers, now), wait) << (headers.empty() ? "none" : headers.front().second);
  }
}

}  // namespace
}  // namespace answerback::net
