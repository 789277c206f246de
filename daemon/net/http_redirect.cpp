#include "net/http_redirect.h"

#include <algorithm>

namespace answerback::net {
namespace {

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::unexpected<Failure> refused(std::string why) {
  return std::unexpected(Failure{Reason::protocol, "redirect refused: " + std::move(why)});
}

void become_get(HttpRequest& request) {
  if (request.method != "HEAD") request.method = "GET";
  request.body.clear();
  std::erase_if(request.headers, [](const auto& header) {
    return find_header({{"Content-Type", ""}}, header.first) != nullptr;
  });
}

void forget_what_was_configured(HttpRequest& request) {
  request.headers.clear();
  request.tls.server_name.clear();
  request.tls.cert_file.clear();
  request.tls.key_file.clear();
}

}  // namespace

std::expected<std::optional<HttpRequest>, Failure> redirected(const HttpRequest& request,
                                                              const HttpResponse& response,
                                                              Downgrade downgrade) {
  const std::string* location = find_header(response.headers, "Location");
  if (!is_redirect(response.status) || !location) return std::nullopt;
  std::expected<Url, std::string> url = resolve_reference(request.url, *location);
  if (!url) return refused("its Location " + url.error());
  if (request.url.tls() && !url->tls() && downgrade == Downgrade::refuse)
    return refused("it leads from https to http (" + url->text() + ")");

  HttpRequest next = request;
  const unsigned status = response.status;
  if (status == 303 || ((status == 301 || status == 302) && request.method == "POST")) become_get(next);
  if (!request.url.same_origin(*url)) {
    if (!next.body.empty()) return refused("it wants the body sent to another origin (" + url->text() + ")");
    forget_what_was_configured(next);
  }
  next.url = *std::move(url);
  return next;
}

}  // namespace answerback::net
