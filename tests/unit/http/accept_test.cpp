#include "http/accept.h"

#include <gtest/gtest.h>

#include <random>

namespace answerback::http {
namespace {

struct Wanted {
  std::string_view accept;
  bool openmetrics;
};

TEST(Accept, OpenMetricsMustBeNamedAndNoLessWelcome) {
  for (const auto& [accept, openmetrics] : {
           // Prometheus 2.42, 2.55 and 3; curl; a browser; vmagent
           Wanted{
               "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
               true},
           Wanted{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                  "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,"
                  "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                  true},
           Wanted{"*/*", false},
           Wanted{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
           Wanted{"text/plain;version=0.0.4;q=1,*/*;q=0.1", false},
           Wanted{"", false},
           Wanted{"application/openmetrics-text", true},
           Wanted{" Application/OpenMetrics-Text ;\tVersion=\"1.0.0\" ; Q=0.2 , text/plain;q=0.1", true},
           Wanted{"application/openmetrics-text;q=0.4,text/plain;q=0.5", false},
           Wanted{"text/plain,application/openmetrics-text", true},
           Wanted{"application/openmetrics-text;q=0.4,text/*;q=0.5,*/*;q=0.1", false},
           Wanted{"application/openmetrics-text;q=0.4,text/plain;q=0.3,text/*;q=0.5", true},
           Wanted{"application/openmetrics-text;q=0", false},
           Wanted{"application/openmetrics-text;q=0,*/*", false},
           Wanted{"application/openmetrics-text;version=0.0.1", false},
           Wanted{"application/openmetrics-text;version=2.0.0,text/plain;q=0.1", false},
           Wanted{"application/openmetrics-text;q=2", false},
           Wanted{"application/openmetrics-text;q=nan", false},
           Wanted{"application/openmetrics-text;q=", false},
           Wanted{"application/*", false},
           Wanted{"x/y;note=\"a,application/openmetrics-text\"", false},
           Wanted{"x/y;note=\"a\\\",b\",application/openmetrics-text", true},
           Wanted{"x/y;note=\"never closed,application/openmetrics-text", false},
           Wanted{",,;;,= ,application/openmetrics-text", true},
       }) {
    EXPECT_EQ(prefers_openmetrics(accept), openmetrics) << accept;
  }
}

TEST(Accept, WhateverIsSentIsAnswered) {
  constexpr std::string_view alphabet = "application/openmetrics-text;q=0.5,\"\\ *\t1";
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string accept(random() % 60, ' ');
    for (char& c : accept) c = alphabet[random() % alphabet.size()];
    prefers_openmetrics(accept);
  }
}

}  // namespace
}  // namespace answerback::http
