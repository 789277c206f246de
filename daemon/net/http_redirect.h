#pragma once
// What to ask next when a response sends us elsewhere. Pure.

#include <cstdint>
#include <expected>
#include <optional>

#include "model/result.h"
#include "net/http.h"

namespace answerback::net {

// What to do with a redirect from https to http.
enum class Downgrade : std::uint8_t { refuse, follow };

// The next request; nullopt where the response is no redirect. The method follows RFC 9110 15.4 as browsers
// do it: 303, and 301 and 302 after a POST, become a GET. To another origin goes nothing that was configured:
// no header, no body (refused where it would have to be repeated), no client certificate, no userinfo.
// Refused as `protocol`: from https to http unless told to follow, to anything but http and https.
std::expected<std::optional<HttpRequest>, Failure> redirected(const HttpRequest&, const HttpResponse&,
                                                              Downgrade = Downgrade::refuse);

}  // namespace answerback::net
