#pragma once
// Prober `unix`: a socket of our own host, by its path.

#include "blackbox/module.h"
#include "blackbox/unix_settings.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> unix_prober(UnixModule);

}  // namespace answerback::blackbox
