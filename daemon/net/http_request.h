#pragma once
// A request as bytes. RFC 9112.

#include <optional>
#include <string>

#include "model/result.h"
#include "net/http.h"

namespace answerback::net {

// Why it must not be sent (a line break in a header would let its value write headers of its own), or
// nothing.
std::optional<Failure> unsendable(const HttpRequest&);

// Head and body in one piece. With `proxy`, in the absolute form and with the proxy's own credentials.
std::string request_text(const HttpRequest&, const RunId&, const Url* proxy);

// "CONNECT host:port" to this proxy.
std::string connect_text(const Url& target, const RunId&, const Url& proxy);

}  // namespace answerback::net
