#include "net/dns_records.h"

#include <arpa/nameser.h>

#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "net/dns_message.h"

namespace answerback::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t type_caa = 257;

// Takes one piece after the other. Once something did not fit, all that follows is empty.
class RdataReader {
 public:
  explicit RdataReader(const DnsRdata& rdata)
      : rdata_(rdata), rest_(reinterpret_cast<const char*>(rdata.data), rdata.size) {}

  bool complete() const { return fits_ && rest_.empty(); }
  bool more() const { return fits_ && !rest_.empty(); }
  std::string_view rest() { return take(rest_.size()); }
  std::string_view counted() { return take(number(1)); }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) fits_ = false;
    if (!fits_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : take(size)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  // "7 " of a number of so many bytes.
  std::string word(std::size_t size) { return std::to_string(number(size)) + " "; }

  std::string name() {
    char text[NS_MAXDNAME] = "";
    const auto* const at = reinterpret_cast<const unsigned char*>(rest_.data());
    const int size = ns_name_uncompress(rdata_.message, rdata_.end, at, text, sizeof text);
    if (size < 0) fits_ = false;
    take(size < 0 ? 0 : static_cast<std::size_t>(size));
    return dns_name(text);
  }

  template <class Address>
  std::string address() {
    typename Address::bytes_type bytes{};
    const std::string_view taken = take(bytes.size());
    std::copy(taken.begin(), taken.end(), bytes.begin());
    return Address(bytes).to_string();
  }

 private:
  const DnsRdata& rdata_;
  std::string_view rest_;
  bool fits_ = true;
};

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) text += {digits[(byte >> 4) & 15], digits[byte & 15]};
  return text;
}

std::string joined_texts(RdataReader& data) {
  std::string text;
  while (data.more()) text += data.counted();
  return text;
}

}  // namespace

std::optional<std::string> dns_record_text(std::uint16_t type, const DnsRdata& rdata) {
  RdataReader data(rdata);
  std::string text;  // the order of the pieces is the order of the calls: one each
  switch (type) {
    case ns_t_a: text = data.address<ip::address_v4>(); break;
    case ns_t_aaaa: text = data.address<ip::address_v6>(); break;
    case ns_t_ns:
    case ns_t_cname:
    case ns_t_ptr: text = data.name(); break;
    case ns_t_mx:
      text = data.word(2);
      text += data.name();
      break;
    case ns_t_srv:
      for (int i = 0; i < 3; ++i) text += data.word(2);
      text += data.name();
      break;
    case ns_t_soa:
      text = data.name() + " ";
      text += data.name();
      for (int i = 0; i < 5; ++i) text += " " + std::to_string(data.number(4));
      break;
    case ns_t_txt: text = joined_texts(data); break;
    case type_caa:
      text = data.word(1);
      text += data.counted();
      text += " ";
      text += data.rest();
      break;
    default: text = hex(data.rest());
  }
  return data.complete() ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace answerback::net
