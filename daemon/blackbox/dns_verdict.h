#pragma once
// What a DNS answer is worth to a module. Pure.

#include <optional>

#include "blackbox/dns_settings.h"
#include "model/result.h"

namespace answerback::blackbox {

// None: a success. The records of the message are in the zone form.
std::optional<Failure> judge(const DnsModule&, const net::DnsMessage&);

// The zone's serial, as its SOA record in the answer has it.
std::optional<double> zone_serial(const net::DnsMessage&);

}  // namespace answerback::blackbox
