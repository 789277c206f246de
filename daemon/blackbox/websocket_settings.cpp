#include "blackbox/websocket_settings.h"

#include <algorithm>

#include "blackbox/http_client.h"
#include "net/http_request.h"

namespace answerback::blackbox {
namespace {

constexpr std::string_view offers = "Sec-WebSocket-Protocol";

// Without them no handshake could be read rightly; theirs refuses them, too.
constexpr std::string_view handshakes[] = {"Connection", "Upgrade", "Sec-WebSocket-Key",
                                           "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"};

// "a, b" as what is offered.
void offer_all(std::string_view list, std::vector<std::string>& subprotocols) {
  while (!list.empty()) {
    std::string_view each = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), each.size() + 1));
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (!each.empty()) subprotocols.emplace_back(each);
  }
}

void add_headers(config::Fields& fields, std::string_view key, net::Headers headers,
                 net::WebSocketRequest& request) {
  for (auto& [name, value] : headers) {
    const auto named = [&](std::string_view other) {
      return net::find_header({{name, ""}}, other) != nullptr;
    };
    for (const std::string_view each : handshakes)
      if (named(each)) fields.error(key, std::string(each) + " is the handshake's own");
    if (named(offers)) {
      offer_all(value, request.subprotocols);
    } else {
      request.headers.emplace_back(name, std::move(value));
    }
  }
}

}  // namespace

WebSocketModule read_websocket(config::Fields& fields, std::vector<Secret>& secrets) {
  WebSocketModule module;
  module.ip = read_ip_choice(fields);
  config::Fields http = fields.child("http_config", "");
  HttpClient client = read_http_client(http, secrets);
  (void)http.flag("follow_redirects", true, "");  // no handshake follows any, there neither
  module.userinfo = std::move(client.userinfo);
  module.request.tls = std::move(client.tls);
  module.request.deflate = false;
  add_headers(fields, "http_config", std::move(client.headers), module.request);
  add_headers(fields, "headers", read_headers(fields, "headers", secrets), module.request);
  module.query_response = read_messages(fields);
  net::HttpRequest like;
  like.headers = module.request.headers;
  if (auto why = net::unsendable(like)) fields.error("headers", why->detail);
  return module;
}

}  // namespace answerback::blackbox
