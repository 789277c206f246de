#include "net/websocket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <span>
#include <stdexcept>

#include "model/text.h"

namespace answerback::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

// Small windows, for thousands of sockets are open at once. Asked of the server too; it may refuse by not
// agreeing to compress at all.
constexpr std::string_view deflate_offer =
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9";

std::string base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// The handshake's own headers: whoever could change them could not be answered rightly.
bool shakes_hands(std::string_view name) {
  const Headers own{{"Connection", ""},
                    {"Upgrade", ""},
                    {"Sec-WebSocket-Key", ""},
                    {"Sec-WebSocket-Version", ""},
                    {"Sec-WebSocket-Extensions", ""},
                    {"Sec-WebSocket-Protocol", ""}};
  return find_header(own, name) != nullptr;
}

std::string list_of(const std::vector<std::string>& items) {
  std::string list;
  for (const std::string& item : items) list += (list.empty() ? "" : ", ") + item;
  return list;
}

// All values of a header as the one list they stand for.
std::string joined(const Headers& headers, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& header : headers)
    if (iequals(header.first, boost::beast::string_view(name.data(), name.size())))
      values.push_back(header.second);
  return list_of(values);
}

bool lists(const Headers& headers, std::string_view name, const char* token) {
  return http::token_list(joined(headers, name)).exists(token);
}

Failure protocol(std::string detail) { return {Reason::protocol, std::move(detail)}; }

bool window_bits(std::string_view text, int& bits) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  return error == std::errc{} && end == text.data() + text.size() && bits >= 8 && bits <= 15;
}

std::expected<Deflate, Failure> agreed(const http::ext_list::value_type& extension) {
  Deflate deflate;
  for (const auto& parameter : extension.second) {
    const std::string name(parameter.first), value(parameter.second);
    int client_bits = 0;  // more than ours, or as many: a smaller window of ours suits it
    if (iequals(name, "server_no_context_takeover") && value.empty())
      deflate.server_no_context_takeover = true;
    else if (iequals(name, "client_no_context_takeover") && value.empty())
      deflate.client_no_context_takeover = true;
    else if (!(iequals(name, "server_max_window_bits") && window_bits(value, deflate.server_window_bits)) &&
             !(iequals(name, "client_max_window_bits") && window_bits(value, client_bits)))
      return std::unexpected(protocol("permessage-deflate was agreed to with " + one_line(name, 40) + "=" +
                                      one_line(value, 20) + ", which means nothing"));
  }
  return deflate;
}

std::expected<std::optional<Deflate>, Failure> extensions_of(const WebSocketRequest& request,
                                                             const Headers& headers) {
  std::optional<Deflate> deflate;
  const std::string list = joined(headers, "Sec-WebSocket-Extensions");
  for (const auto& extension : http::ext_list(list)) {
    if (deflate || !request.deflate || !iequals(extension.first, "permessage-deflate"))
      return std::unexpected(protocol("the server uses extension \"" +
                                      one_line(std::string(extension.first), 40) +
                                      "\", for which nobody asked"));
    auto accepted = agreed(extension);
    if (!accepted) return std::unexpected(std::move(accepted).error());
    deflate = *accepted;
  }
  return deflate;
}

// Where a redirect leads, without the query: it may hold a token.
std::string destination(const WebSocketRequest& request, const HttpResponse& response) {
  const std::string* location = find_header(response.headers, "Location");
  if (response.status / 100 != 3 || !location) return {};
  auto url = resolve_reference(request.url, *location);
  if (!url) return {};
  url->target.resize(std::min(url->target.find('?'), url->target.size()));
  return ", redirecting to " + one_line(url->text(), 200);
}

Failure refused(const WebSocketRequest& request, const HttpResponse& response) {
  const std::string answered = "the server answered " + std::to_string(response.status) + " to the upgrade";
  if (response.status == 401) return {Reason::auth, answered};
  if (response.status / 100 == 2)
    return {Reason::upgrade_refused, answered + ": it does not speak WebSocket at this path"};
  return {Reason::upgrade_refused, answered + destination(request, response)};
}

std::expected<Upgrade, Failure> judge_switch(const WebSocketRequest& request, const std::string& key,
                                             Headers headers) {
  if (!lists(headers, "Upgrade", "websocket"))
    return std::unexpected(protocol("101 without \"Upgrade: websocket\""));
  if (!lists(headers, "Connection", "upgrade"))
    return std::unexpected(protocol("101 without \"Connection: Upgrade\""));
  const std::string* accept = find_header(headers, "Sec-WebSocket-Accept");
  if (!accept) return std::unexpected(protocol("101 without Sec-WebSocket-Accept"));
  if (*accept != websocket_accept(key))
    return std::unexpected(
        protocol("Sec-WebSocket-Accept is not the answer to our key: replayed or made up"));
  auto deflate = extensions_of(request, headers);
  if (!deflate) return std::unexpected(std::move(deflate).error());

  std::string selected = joined(headers, "Sec-WebSocket-Protocol");
  if (!selected.empty() && !std::ranges::count(request.subprotocols, selected))
    return std::unexpected(
        Failure{Reason::subprotocol,  // cut short: it may be made from a token that was offered
                "the server selected subprotocol \"" + one_line(selected, 24) + "\", which was not offered"});
  return Upgrade{.headers = std::move(headers), .subprotocol = std::move(selected), .deflate = *deflate};
}

}  // namespace

std::string websocket_key(const RunId& id) { return base64(id.trace); }

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr))
    throw std::runtime_error("OpenSSL has no SHA-1");
  return base64(std::span(digest).first(size));
}

HttpRequest upgrade_request(const WebSocketRequest& request, const std::string& key) {
  HttpRequest http;
  http.url = request.url;
  http.headers = {{"Connection", "Upgrade"},
                  {"Upgrade", "websocket"},
                  {"Sec-WebSocket-Version", "13"},
                  {"Sec-WebSocket-Key", key}};
  if (!request.subprotocols.empty())
    http.headers.emplace_back("Sec-WebSocket-Protocol", list_of(request.subprotocols));
  if (request.deflate) http.headers.emplace_back("Sec-WebSocket-Extensions", deflate_offer);
  for (const auto& header : request.headers)
    if (!shakes_hands(header.first)) http.headers.push_back(header);
  return http;
}

std::expected<Upgrade, Refusal> judge_upgrade(const WebSocketRequest& request, const std::string& key,
                                              HttpResponse response, std::string body) {
  const unsigned status = response.status;
  if (status != 101)
    return std::unexpected(Refusal{.failure = refused(request, response),
                                   .status = status,
                                   .body = std::move(body),
                                   .headers = std::move(response.headers)});
  auto upgrade = judge_switch(request, key, std::move(response.headers));
  if (!upgrade)
    return std::unexpected(Refusal{.failure = std::move(upgrade).error(), .status = status, .body = {}});
  return *std::move(upgrade);
}

}  // namespace answerback::net
