#include "probes/agent/nonce.h"

#include "credentials/credentials.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {
namespace {

constexpr std::string_view place = "{nonce}";

void fill(std::string& text, const std::string& nonce) {
  for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos; at += nonce.size())
    text.replace(at, place.size(), nonce);
}

}  // namespace

NonceStore read_nonce(config::Fields& fields) {
  NonceStore store;
  store.request.method =
      fields.one_of("method", "PUT", {"PUT", "POST", "PATCH"}, "of the request that hides the nonce");
  store.request.url =
      fields.parsed<net::Url>("url", "", "where a tool of the platform will find it",
                              [](std::string_view text) { return net::parse_url(text, {"http", "https"}); });
  store.request.body = fields.text("body", R"({"text": "{nonce}"})", "{nonce} stands for the secret");
  for (const auto& [name, value] : fields.secret_map("headers", "sent with it; values are secret"))
    store.request.headers.emplace_back(name, value.reveal());
  if (!net::find_header(store.request.headers, "content-type"))
    store.request.headers.emplace_back("Content-Type", "application/json");
  store.credentials = fields.text("credentials", "", "who hides it: one of `credentials`, as a bearer token");
  store.question = fields.text("question", "", "what the agent is asked, so that its tool looks there");
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  store.request.tls = read_tls(tls);
  return store;
}

asio::awaitable<std::expected<void, Failure>> hide(Run& run, Services& services, const NonceStore& store,
                                                   const std::string& nonce) {
  net::HttpRequest request = store.request;
  fill(request.body, nonce);
  fill(request.url.target, nonce);
  if (!store.credentials.empty()) {
    auto token = co_await services.credentials.token(run, store.credentials);
    if (!token) co_return std::unexpected(std::move(token).error());
    request.headers.emplace_back("Authorization", "Bearer " + token->reveal());
  }
  auto response = co_await net::fetch(run, {services.dns, services.tls, services.proxies}, request);
  if (!response) {
    response.error().detail += ", while hiding the nonce";
    co_return std::unexpected(std::move(response).error());
  }
  if (response->status < 200 || response->status > 299)
    co_return std::unexpected(Failure{Reason::status, "the nonce could not be hidden: " + request.method +
                                                          " was answered with " +
                                                          std::to_string(response->status)});
  co_return std::expected<void, Failure>();
}

}  // namespace answerback::probes
