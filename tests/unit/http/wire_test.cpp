#include "http/wire.h"

#include <gtest/gtest.h>

namespace answerback::http {
namespace {

constexpr std::size_t header_limit = 1024, body_limit = 2048;

// 0 for whole, -1 for more wanted, else the status it is refused with.
int outcome(std::string_view bytes) {
  RequestReader reader(header_limit, body_limit);
  const auto fed = reader.feed(bytes);
  if (!fed) return fed.error().status;
  if (!*fed) return -1;
  const auto request = reader.take();
  return request ? 0 : request.error().status;
}

TEST(RequestReader, ReadsARequest) {
  RequestReader reader(header_limit, body_limit);
  EXPECT_TRUE(reader.empty());
  ASSERT_EQ(reader.feed("POST /-/reload?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"), true);
  EXPECT_TRUE(reader.keep_alive());
  const auto request = reader.take();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->path, "/-/reload");
  EXPECT_EQ(request->query, (Pairs{{"x", "1"}}));
  EXPECT_EQ(request->header("content-length"), "4");
  EXPECT_EQ(request->body, "body");
  EXPECT_TRUE(reader.empty());
}

TEST(RequestReader, DoesNotCareHowBytesArrive) {
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}) {
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      RequestReader reader(header_limit, body_limit);
      const auto first = reader.feed(bytes.substr(0, cut));
      ASSERT_EQ(first, cut == bytes.size()) << cut << bytes;
      if (!*first) ASSERT_EQ(reader.feed(bytes.substr(cut)), true) << cut << bytes;
      const auto request = reader.take();
      ASSERT_TRUE(request);
      EXPECT_EQ(request->body, bytes.starts_with("GET") ? "" : "abc");
    }
    RequestReader reader(header_limit, body_limit);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_EQ(reader.feed(bytes.substr(i, 1)), i + 1 == bytes.size()) << i << bytes;
    }
  }
}

TEST(RequestReader, KeepsWhatFollowsForTheNext) {
  RequestReader reader(header_limit, body_limit);
  ASSERT_EQ(
      reader.feed(
          "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET"),
      true);
  EXPECT_EQ(reader.take()->path, "/a");
  EXPECT_FALSE(reader.empty());
  ASSERT_EQ(reader.feed({}), true);
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.take()->path, "/b");
  ASSERT_EQ(reader.feed({}), false);
  EXPECT_FALSE(reader.empty());
}

struct Case {
  const char* what;
  std::string bytes;
  int status;
};
class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, WithItsStatus) {
  EXPECT_EQ(outcome(GetParam().bytes), GetParam().status) << GetParam().bytes;
}

using namespace std::string_literals;
INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        Case{"bare_lf", "GET / HTTP/1.1\nHost: h\n\n", 400},
        Case{"one_bare_lf", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400},
        Case{"lf_first", "\nGET / HTTP/1.1\r\n", 400},
        Case{"bare_cr", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
        Case{"nul", "GET / HTTP/1.1\r\nHost: \0h\r\n\r\n"s, 400},
        Case{"nul_in_target", "GET /\0 HTTP/1.1\r\n"s, 400},
        Case{"length_and_chunked",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             400},
        Case{"chunked_and_length",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
             400},
        Case{"two_lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
             400},
        Case{"negative_length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\n", 400},
        Case{"unknown_coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        Case{"coding_hidden", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
        Case{"two_codings", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             501},
        Case{"coding_in_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Case{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Case{"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Case{"host_with_space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        Case{"host_with_markup", "GET / HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", 400},
        Case{"host_of_every_kind", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]:9797\r\n\r\n", 0},
        Case{"no_host_is_named", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
        Case{"space_before_colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
        Case{"folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Case{"version", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", 400},
        Case{"not_http", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400}, Case{"tls", "\x16\x03\x01\x00\xa5"s, 400},
        Case{"star", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Case{"long_line", "GET /" + std::string(header_limit, 'a'), 431},
        Case{"many_headers", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(header_limit, 'a') + "\r\n\r\n",
             431},
        Case{"large_body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2049\r\n\r\n", 413},
        Case{"huge_length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
             400},
        Case{"large_chunks",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n801\r\n" +
                 std::string(0x801, 'a') + "\r\n0\r\n\r\n",
             413},
        Case{"endless_chunk_extension",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(4000, 'a'),
             413}),
    [](const auto& info) { return info.param.what; });

TEST(RequestReader, TakesHttp10WithoutHostAndClosesAfterIt) {
  RequestReader reader(header_limit, body_limit);
  ASSERT_EQ(reader.feed("GET / HTTP/1.0\r\n\r\n"), true);
  EXPECT_FALSE(reader.keep_alive());
}

TEST(Head, IsWrittenOut) {
  EXPECT_EQ(
      head_of({.status = 503, .content_type = "text/plain", .body = "abc", .headers = {{"Allow", "GET"}}},
              false, "today"),
      "HTTP/1.1 503 Service Unavailable\r\nDate: today\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
      "Allow: GET\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace answerback::http
