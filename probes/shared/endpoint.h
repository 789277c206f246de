#pragma once
// Where something over HTTP is, and who we are to it: what every probe of one is told, and how its answers
// are shown.

#include <optional>
#include <string>
#include <vector>

#include "net/http.h"
#include "probe/probe.h"

namespace answerback::probes {

struct Endpoint {
  net::Url url = {};
  net::Headers headers = {};     // configured ones; they replace those of the protocol
  std::string credentials = {};  // name; empty: nobody. Sent as Authorization: Bearer
  net::TlsSettings tls = {};
  std::vector<Secret> secrets = {};  // values of headers that must not be shown
};

// `url_doc` says which address is meant. Where it is not `required` and left out, the host is empty.
Endpoint read_endpoint(config::Fields&, std::string_view url_doc,
                       std::initializer_list<std::string_view> schemes = {"http", "https"},
                       bool required = true);

// A request to it, with the configured headers, then those of the protocol that are not among them, then the
// token.
net::HttpRequest request_to(const Endpoint&, std::string method, const net::Headers& protocol,
                            const Secret& token);

// The token to present, empty where nobody is to be. Enters Phase::prepare. Failure: auth.
asio::awaitable<std::expected<Secret, Failure>> token_for(Run&, Services&, const Endpoint&);

// When to stop listening, so that there is time for a clean close.
Steady last_call_of(const Run&);
// How long the close may take: a second, and no more than half of what is left. A run still saying goodbye at
// its deadline would be told as late, whatever it had found.
Steady goodbye_of(const Run&);

// protocol, where a body is encoded (gzip), though we ask for it as it is.
std::optional<Failure> encoded(const net::HttpResponse&);

std::string without_query(const net::Url&);           // a query may hold a token
std::string head_evidence(const net::HttpResponse&);  // status and the headers that explain

}  // namespace answerback::probes
