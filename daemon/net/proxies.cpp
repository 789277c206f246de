#include "net/proxies.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace answerback::net {
namespace {

namespace ip = boost::asio::ip;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// True for "10.0.0.0/8" and "fd00::/8" where the address is inside.
bool inside(const ip::address& address, const std::string& network) {
  boost::system::error_code error;
  if (address.is_v4()) {
    const auto net = ip::make_network_v4(network, error);
    if (error) return false;
    return ip::network_v4(address.to_v4(), net.prefix_length()).network() == net.network();
  }
  const auto net = ip::make_network_v6(network, error);
  if (error) return false;
  return ip::network_v6(address.to_v6(), net.prefix_length()).network() == net.network();
}

// "example.com" covers itself and everything below it, never notexample.com.
bool below(std::string_view host, std::string_view domain) {
  if (!host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

std::string_view without_final_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace

bool Proxies::Exception::covers(const Url& url) const {
  if (port != 0 && port != url.port) return false;
  if (host == "*") return true;
  boost::system::error_code error;
  const auto address = ip::make_address(url.host, error);
  if (error) return below(without_final_dot(url.host), without_final_dot(host));
  if (host.contains('/')) return inside(address, host);
  const auto excepted = ip::make_address(host, error);
  return !error && excepted == address;
}

Proxies::Exception Proxies::Exception::parse(std::string text) {
  Exception exception{std::move(text)};
  boost::system::error_code not_an_address;
  ip::make_address(exception.host, not_an_address);
  if (!not_an_address || exception.host.contains('/')) return exception;
  if (const auto split = parse_host_port(exception.host)) exception = {split->host, split->port};
  std::string& host = exception.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.starts_with("*.")) host.erase(0, 1);
  if (host.starts_with('.')) host.erase(0, 1);
  return exception;
}

Proxies::Proxies(const Environment& environment) {
  const auto either_case = [&](const std::string& upper) {
    auto value = environment(lower(upper));
    return value ? value : environment(upper);
  };
  // HTTP_PROXY in upper case is what a CGI's client can set by a Proxy: header (CVE-2016-5385).
  http_ = read("http_proxy", environment("http_proxy"));
  https_ = read("https_proxy", either_case("HTTPS_PROXY"));

  const std::string list = lower(either_case("NO_PROXY").value_or(""));
  for (std::size_t begin = 0; (begin = list.find_first_not_of(", \t", begin)) != list.npos;) {
    const std::size_t end = std::min(list.find_first_of(", \t", begin), list.size());
    exceptions_.push_back(Exception::parse(list.substr(begin, end - begin)));
    begin = end;
  }
}

std::optional<Url> Proxies::read(const std::string& name, const std::optional<std::string>& value) {
  if (!value || value->empty()) return std::nullopt;
  const std::string text = value->contains("://") ? *value : "http://" + *value;
  auto url = parse_url(text, {"http"});
  if (!url) {
    warnings_.push_back(name + ": " + url.error() + "; ignored, requests go out directly");
    return std::nullopt;
  }
  // curl's default for a proxy is 1080, not the scheme's; only a port that was written can be 80.
  const std::string_view authority = std::string_view(text).substr(text.find("://") + 3);
  if (url->port == 80 && !authority.substr(0, authority.find('/')).ends_with(":80")) url->port = 1080;
  return *std::move(url);
}

const Url* Proxies::for_url(const Url& url) const {
  const std::optional<Url>& proxy = url.tls() ? https_ : http_;
  if (!proxy) return nullptr;
  if (std::ranges::any_of(exceptions_, [&](const Exception& e) { return e.covers(url); })) return nullptr;
  return &*proxy;
}

}  // namespace answerback::net
