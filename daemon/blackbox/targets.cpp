#include "blackbox/targets.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "model/text.h"

namespace answerback::blackbox {
namespace {

namespace ip = boost::asio::ip;
using Bytes = ip::address_v6::bytes_type;

constexpr std::string_view key = "blackbox.allow_targets";

Bytes widened(const ip::address_v4& address) {
  return ip::make_address_v6(ip::v4_mapped, address).to_bytes();
}

Bytes widened(const net::Address& address) {
  return address.is_v4() ? widened(address.to_v4()) : address.to_v6().to_bytes();
}

bool share(const Bytes& a, const Bytes& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const auto mask = static_cast<unsigned>(0xFF00 >> (bits % 8)) & 0xFFU;
  return whole == a.size() || ((unsigned{a[whole]} ^ b[whole]) & mask) == 0;
}

struct Never {
  std::string_view block, why;
};
constexpr std::array nevers{
    Never{"0.0.0.0/8", "unspecified"},
    Never{"::/128", "unspecified"},
    Never{"169.254.0.0/16", "link-local, where clouds keep their metadata"},
    Never{"fe80::/10", "link-local"},
    Never{"fd00:ec2::254", "a cloud's metadata service"},    // AWS
    Never{"fd20:ce::254", "a cloud's metadata service"},     // Google
    Never{"100.100.100.200", "a cloud's metadata service"},  // Alibaba
    Never{"192.0.0.192", "a cloud's metadata service"},      // Oracle
    Never{"168.63.129.16", "a cloud's metadata service"},    // Azure
    Never{"224.0.0.0/4", "multicast"},
    Never{"ff00::/8", "multicast"},
    Never{"255.255.255.255", "broadcast"},
};

bool within(std::string_view block, const net::Address& address) {
  return parse_block(block)->holds(address);
}

bool is_loopback(const net::Address& address) {
  return within("127.0.0.0/8", address) || within("::1", address);
}

// The IPv4 address that a translator on the way would make of it.
std::optional<net::Address> translated(const net::Address& address) {
  if (!address.is_v6() || address.is_loopback() || address.is_unspecified()) return std::nullopt;
  const Bytes bytes = address.to_v6().to_bytes();
  const auto taken_from = [&](std::size_t at) {
    return net::Address(ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]}));
  };
  if (within("64:ff9b::/96", address) || within("::/96", address)) return taken_from(12);
  if (within("2002::/16", address)) return taken_from(2);
  return std::nullopt;
}

std::optional<std::string_view> never(const net::Address& address) {
  for (const Never& each : nevers)
    if (within(each.block, address)) return each.why;
  return std::nullopt;
}

bool glob_matches(const std::string& glob, const std::string& text) {
  return ::fnmatch(glob.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
}

// As names are compared: lower case, without the root's dot.
std::string canonical(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string out(host);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<net::Address> as_address(std::string_view host) {
  boost::system::error_code error;
  const net::Address address = ip::make_address(std::string(host), error);
  return error ? std::nullopt : std::optional(address);
}

std::string nobody_listed() { return "no target may be probed: none is listed in " + std::string(key); }

std::string not_listed(std::string_view what) {
  return one_line(what, 100) + " is not among " + std::string(key);
}

}  // namespace

bool Block::holds(const net::Address& address) const { return share(bytes, widened(address), bits); }

std::optional<Block> parse_block(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = as_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Block block{.bytes = widened(*address)};
  if (slash == std::string_view::npos) return block;
  const std::string_view rest = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), block.bits);
  const int most = address->is_v4() ? 32 : 128;
  if (rest.empty() || error != std::errc() || end != rest.data() + rest.size() || block.bits < 0 ||
      block.bits > most)
    return std::nullopt;
  block.bits += 128 - most;
  return block;
}

bool is_plain_path(std::string_view path) {
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (path.size() < 2 || !path.starts_with('/') || std::ranges::any_of(path, odd)) return false;
  for (std::size_t at = 0; at < path.size();) {
    std::string_view part = path.substr(at + 1);
    part = part.substr(0, part.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    at += 1 + part.size();
  }
  return true;
}

std::optional<std::string> Targets::allow(std::string_view rule) {
  if (const auto block = parse_block(rule)) {
    blocks_.push_back(*block);
    return std::nullopt;
  }
  if (is_plain_path(rule)) {
    paths_.emplace_back(rule);
    return std::nullopt;
  }
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*?";
  if (rule.empty() || rule.find_first_not_of(letters) != std::string_view::npos)
    return "must be a host name, a glob like *.example.com, an address, a block like 10.0.0.0/8, or the path "
           "of a unix socket like /run/app/*.sock";
  globs_.push_back(canonical(rule));
  return std::nullopt;
}

std::optional<std::string> Targets::refusal(std::string_view host) const {
  if (lists_nobody()) return nobody_listed();
  if (const auto address = as_address(host)) return refusal(host, *address);
  if (names(host) || !blocks_.empty()) return std::nullopt;  // a block is judged by the address
  return not_listed(host);
}

std::optional<std::string> Targets::refusal(std::string_view host, const net::Address& address) const {
  const std::string text = address.to_string();
  const auto embedded = translated(address);
  for (const auto& each : {std::optional(address), embedded})
    if (const auto why = each ? never(*each) : std::nullopt)
      return text + " is never probed: " + std::string(*why);
  if (lists(address)) return std::nullopt;
  if (is_loopback(address) || (embedded && is_loopback(*embedded))) {
    if (canonical(host) == "localhost" && std::ranges::find(globs_, "localhost") != globs_.end())
      return std::nullopt;
    return text + " is our own loopback: probed only where " + std::string(key) + " lists it";
  }
  if (names(host)) return std::nullopt;
  return not_listed(host == text ? text : std::string(host) + " (" + text + ")");
}

std::optional<std::string> Targets::refusal_of_path(std::string_view path) const {
  if (lists_nobody()) return nobody_listed();
  const std::string text(path);
  const auto allows = [&](const std::string& rule) {
    return ::fnmatch(rule.c_str(), text.c_str(), FNM_NOESCAPE | FNM_PATHNAME | FNM_PERIOD) == 0;
  };
  if (std::ranges::any_of(paths_, allows)) return std::nullopt;
  return not_listed(path);
}

bool Targets::names(std::string_view host) const {
  const std::string name = canonical(host);
  return std::ranges::any_of(globs_, [&](const std::string& glob) { return glob_matches(glob, name); });
}

bool Targets::lists(const net::Address& address) const {
  return std::ranges::any_of(blocks_, [&](const Block& block) { return block.holds(address); });
}

}  // namespace answerback::blackbox
