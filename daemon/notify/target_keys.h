#pragma once
// The keys that all who are told have in common. Within this room only.

#include "notify/settings.h"

namespace answerback::notify {

// headers, bearer_token, basic_auth, tls_config, timeout. `request.url` is read already: what it holds of
// user and password counts as one way of signing in, and there can be only one.
void read_request(config::Fields&, Target&);

// What is wrong with a name; empty if nothing.
std::string name_error(std::string_view);

}  // namespace answerback::notify
