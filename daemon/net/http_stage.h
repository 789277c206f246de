#pragma once
// An exchange that is one stage of a larger run.

#include "net/http.h"

namespace answerback::net {

// As fetch(), but the run's phase stays the caller's: a deadline that strikes names the stage, and its note
// says where the exchange was: "https://auth/login, in connect". Bytes and measures are counted in `seen`.
asio::awaitable<std::expected<HttpResponse, Failure>> fetch_in_stage(Run&, Evidence& seen, const Transport&,
                                                                     const HttpRequest&);

}  // namespace answerback::net
