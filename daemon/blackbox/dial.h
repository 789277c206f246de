#pragma once
// From a host to a connection the way blackbox_exporter does it: one address, chosen by family, one attempt;
// and ours alone: the address is judged before it is connected to, and is the one that is connected to, so
// that no answer of a name server counts twice.

#include <memory>
#include <optional>
#include <string>

#include "blackbox/common.h"
#include "blackbox/page.h"
#include "blackbox/targets.h"
#include "model/result.h"
#include "net/connect.h"
#include "net/tls_facts.h"
#include "probe/run.h"

namespace answerback::blackbox {

// The address of the preferred family, else with `fall_back` the last one of the other, as there.
std::optional<net::Address> choose(const std::vector<net::Address>&, IpChoice);

// What was found out about the first host that was dialled.
struct Dialled {
  bool asked = false;                   // its name was looked up
  std::optional<net::Address> address;  // none: there was none to be had
};

struct Dial {
  IpChoice ip;
  std::shared_ptr<const Targets> allowed;
  std::optional<net::Address> source = std::nullopt;  // of ours
};

// Phase resolve. Failures: as Resolver::resolve(); dns_nxdomain without an address of the wanted family;
// forbidden.
asio::awaitable<std::expected<net::Address, Failure>> look_up(Run&, net::Resolver&, const Dial&,
                                                              std::string host, Dialled&);
// Phases resolve and connect. Failures also as connect().
asio::awaitable<std::expected<net::TcpSocket, Failure>> dial(Run&, net::Resolver&, const Dial&,
                                                             std::string host, std::uint16_t port, Dialled&);

// FNV-1a, 32 bits, of the address's 4 or 16 bytes, as probe_ip_addr_hash.
std::uint32_t address_hash(const net::Address&);

void show_dialled(const Dialled&, const RunRecord&, Page&);
void show_tls(const net::TlsFacts&, Page&);
void show_leaf(const net::TlsFacts&, Page&);  // of that the version and the certificate's texts

// Seconds of all phases of that name in the run; of the first one only.
double seconds_in(const RunRecord&, Phase);
double seconds_in_first(const RunRecord&, Phase);

}  // namespace answerback::blackbox
