#include "net/dns_records.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

namespace answerback::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t type_dname = 39, type_ds = 43, type_sshfp = 44, type_spf = 99, type_caa = 257;

// Takes one piece after the other. Once something did not fit, all that follows is empty.
class RdataReader {
 public:
  RdataReader(const DnsRdata& rdata, DnsForm form)
      : rdata_(rdata), form_(form), rest_(reinterpret_cast<const char*>(rdata.data), rdata.size) {}

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
    return dns_name(text, form_);
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
  DnsForm form_;
  std::string_view rest_;
  bool fits_ = true;
};

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) text += {digits[(byte >> 4) & 15], digits[byte & 15]};
  return text;
}

std::string upper_hex(std::string_view bytes) {
  std::string text = hex(bytes);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

// "v=one \"two\" \195"
std::string quoted_text(std::string_view bytes) {
  std::string text = "\"";
  for (const char byte : bytes) {
    if (byte == '"' || byte == '\\') text += '\\';
    if (byte >= ' ' && byte <= '~') {
      text += byte;
    } else {
      const std::string number = std::to_string(static_cast<unsigned char>(byte));
      text += "\\" + std::string(3 - number.size(), '0') + number;
    }
  }
  return text + "\"";
}

std::string texts(RdataReader& data, DnsForm form) {
  std::string text;
  while (data.more()) {
    if (form == DnsForm::zone)
      text += (text.empty() ? "" : " ") + quoted_text(data.counted());
    else
      text += data.counted();
  }
  return text;
}

std::string caa_text(RdataReader& data, DnsForm form) {
  std::string text = data.word(1);
  text += data.counted();
  text += " ";
  text += form == DnsForm::zone ? quoted_text(data.rest()) : std::string(data.rest());
  return text;
}

// What the plain form has in hex, as a whole. Nothing where that is so here, too.
std::optional<std::string> zone_text(std::uint16_t type, RdataReader& data) {
  std::string text;
  switch (type) {
    case type_dname: return data.name();
    case ns_t_hinfo:
    case type_spf: return texts(data, DnsForm::zone);
    case type_ds:
      text = data.word(2);
      for (int i = 0; i < 2; ++i) text += data.word(1);
      return text + upper_hex(data.rest());
    case type_sshfp:
      for (int i = 0; i < 2; ++i) text += data.word(1);
      return text + upper_hex(data.rest());
    case ns_t_tlsa:
      for (int i = 0; i < 3; ++i) text += data.word(1);
      return text + hex(data.rest());
    case ns_t_naptr:
      for (int i = 0; i < 2; ++i) text += data.word(2);
      for (int i = 0; i < 3; ++i) text += quoted_text(data.counted()) + " ";
      return text + data.name();
    default: return std::nullopt;
  }
}

}  // namespace

std::string dns_name(std::string_view text, DnsForm form) {
  if (form == DnsForm::plain) return dns_name(text);
  return text.ends_with('.') && !text.ends_with("\\.") ? std::string(text) : std::string(text) + ".";
}

std::string dns_zone_line(const DnsRecord& record) {
  return record.owner + "\t" + std::to_string(record.ttl) + "\t" + dns_class_name(record.rr_class) + "\t" +
         dns_type_name(record.type) + "\t" + record.text;
}

std::optional<std::string> dns_record_text(std::uint16_t type, const DnsRdata& rdata, DnsForm form) {
  RdataReader data(rdata, form);
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
    case ns_t_txt: text = texts(data, form); break;
    case type_caa: text = caa_text(data, form); break;
    default:
      if (auto known = form == DnsForm::zone ? zone_text(type, data) : std::nullopt)
        text = *std::move(known);
      else if (form == DnsForm::zone)
        text = "\\# " + std::to_string(rdata.size) + " " + hex(data.rest());
      else
        text = hex(data.rest());
  }
  return data.complete() ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace answerback::net
