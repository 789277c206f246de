#pragma once
// `tls_config`, as in blackbox_exporter: whom we trust, and the certificate that says who we are.

#include "config/fields.h"
#include "net/tls.h"

namespace answerback {

net::TlsSettings read_tls(config::Fields&);  // from the mapping under `tls_config`

}  // namespace answerback
