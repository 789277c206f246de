#pragma once
// Who made an error: the application, or a proxy, load balancer or CDN in front of it that could not reach
// it. Pure.

#include <string>
#include <string_view>

#include "net/http.h"

namespace answerback::probes {

// "nginx", "AWS load balancer", …: who in front made this answer by the page or the headers that only it
// writes. Empty where nothing shows it. Never by a Server or Via alone that a proxy puts on the application's
// answers too.
std::string_view made_in_front(const net::HttpResponse&);

// "; made by nginx in front, not by the app", for the end of a detail; empty where nothing shows it.
std::string front_note(const net::HttpResponse&);

}  // namespace answerback::probes
