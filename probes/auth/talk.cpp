#include "probes/auth/talk.h"

#include "model/text.h"
#include "net/http_stage.h"
#include "net/retry_after.h"

namespace answerback::probes {
namespace {

constexpr std::size_t largest_document = 256 * 1024;
constexpr std::size_t shown_body = 400;

std::string exchange_text(const net::HttpRequest& request, const AuthAnswer& answer, bool show_body) {
  std::string text = request.method + " " + request.url.place() + "\n";
  if (!answer) return text + answer.error().detail;
  text += "HTTP " + std::to_string(answer->status);
  if (const std::string* why = net::find_header(answer->headers, "www-authenticate"))
    text += "\nwww-authenticate: " + one_line(*why, 200);
  return text + (show_body && !answer->body.empty() ? "\n\n" : "");
}

}  // namespace

asio::awaitable<AuthAnswer> AuthTalk::get(std::string url, const net::TlsSettings& tls, bool show_body) {
  net::HttpRequest request;
  auto parsed = net::parse_url(url, {"http", "https"});
  if (!parsed) co_return std::unexpected(Failure{Reason::internal, parsed.error()});
  request.url = *std::move(parsed);
  request.tls = tls;
  request.headers.emplace_back("Accept", "application/json");
  request.limits.body_bytes = largest_document;
  co_return co_await ask(request, show_body);
}

asio::awaitable<AuthAnswer> AuthTalk::ask(const net::HttpRequest& request, bool show_body) {
  Evidence apart;  // of many exchanges only the certificates are worth a measure
  AuthAnswer answer = co_await net::fetch_in_stage(run_, apart, transport_, request);
  run_.evidence.sent(apart.bytes_sent());
  run_.evidence.received(apart.bytes_received());
  for (const Sample& each : apart.samples())
    if (each.measure == Measure::certificate_expiry || each.measure == Measure::certificate_lifetime)
      run_.evidence.measure(each.measure, each.value);
  std::string text = exchange_text(request, answer, show_body);
  if (answer && show_body) text += clip(masks.taken_out_of(answer->body), shown_body);
  if (answer)
    if (const auto ahead = net::clock_ahead(answer->headers, run_.clock.wall()))
      see_clock(*ahead, request.url.place());
  run_.frame(name(run_.phases.current()), masks.taken_out_of(std::move(text)));
  co_return answer;
}

void AuthTalk::see_clock(Duration ahead, std::string whose) {
  if (!clock_ || std::chrono::abs(ahead) > std::chrono::abs(clock_->ahead))
    clock_ = {ahead, std::move(whose)};
}

}  // namespace answerback::probes
