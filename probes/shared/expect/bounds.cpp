#include "probes/shared/expect/bounds.h"

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace answerback::probes {
namespace {

std::string milliseconds(Duration took) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(took).count()) + "ms";
}

std::string day(Wall at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc));
}

// "9 days", "5 hours": as a person would say how long is left.
std::string roughly(Duration left) {
  using days = std::chrono::days;
  const auto count = left >= days(2) ? std::chrono::floor<days>(left).count()
                                     : std::chrono::floor<std::chrono::hours>(left).count();
  return std::to_string(count) + (left >= days(2) ? " days" : count == 1 ? " hour" : " hours");
}

std::expected<Duration, std::string> bound(std::string_view text) {
  if (text == "off") return Duration{};
  return config::parse_duration(text);
}

std::expected<CertificateBounds, std::string> warning(std::string_view text) {
  if (text == "auto")
    return CertificateBounds{.warn = std::chrono::days(14), .fail = {}, .at_most_third = true};
  const auto ahead = bound(text);
  if (!ahead) return std::unexpected(ahead.error());
  return CertificateBounds{.warn = *ahead, .fail = {}, .at_most_third = false};
}

}  // namespace

Slow read_slow(config::Fields& fields) {
  Slow slow;
  slow.warn = fields.optional_duration("warn", "warn when the whole run takes longer");
  slow.fail = fields.optional_duration("fail", "fail when the whole run takes longer");
  if (slow.warn && slow.fail && *slow.warn >= *slow.fail) fields.error("warn", "must be less than fail");
  return slow;
}

std::optional<ProbeResult> judge(const Slow& slow, Duration took) {
  if (slow.fail && took > *slow.fail) {
    return ProbeResult::fail(
        Reason::slow, "took " + milliseconds(took) + ", fails above " + config::print_duration(*slow.fail));
  }
  if (slow.warn && took > *slow.warn) {
    return ProbeResult::warn(
        Reason::slow, "took " + milliseconds(took) + ", warns above " + config::print_duration(*slow.warn));
  }
  return std::nullopt;
}

CertificateBounds read_certificate(config::Fields& fields) {
  CertificateBounds bounds =
      fields.parsed<CertificateBounds>("warn", "auto",
                                       "warn when the certificate expires sooner; auto: 14d, or a third of "
                                       "its lifetime where that is less; off: "
                                       "never",
                                       warning);
  bounds.fail = fields.parsed<Duration>("fail", "off",
                                        "fail when it expires sooner; off: only when it has expired", bound);
  if (bounds.warn > Duration{} && bounds.fail >= bounds.warn) fields.error("fail", "must be less than warn");
  return bounds;
}

std::optional<ProbeResult> judge(const CertificateBounds& bounds, const CertificateEnd& end, Wall now) {
  const Wall expiry = end.at;
  const auto left = std::chrono::duration_cast<Duration>(expiry - now);
  const Duration warn = bounds.at_most_third ? std::min(bounds.warn, end.lifetime / 3) : bounds.warn;
  std::string detail = left > Duration{}
                           ? "certificate expires in " + roughly(left) + " (" + day(expiry) + ")"
                           : "certificate expired on " + day(expiry);
  if (bounds.fail > Duration{} && left < bounds.fail) {
    return ProbeResult::fail(Reason::tls_expired,
                             detail + ", fails below " + config::print_duration(bounds.fail));
  }
  if (warn > Duration{} && left < warn) {
    return ProbeResult::warn(Reason::tls_expired, detail + ", warns below " + config::print_duration(warn));
  }
  return std::nullopt;
}

std::optional<CertificateEnd> certificate_end(const Evidence& evidence) {
  std::optional<CertificateEnd> end;
  for (const Sample& sample : evidence.samples()) {
    if (sample.measure == Measure::certificate_expiry) end = CertificateEnd{.at = held_wall(sample.value)};
    if (sample.measure == Measure::certificate_lifetime && end) end->lifetime = held_seconds(sample.value);
  }
  return end;
}

ProbeResult worst(std::string detail, std::optional<ProbeResult> slow,
                  std::optional<ProbeResult> certificate) {
  if (slow && slow->verdict == Verdict::fail) return *std::move(slow);
  if (certificate && certificate->verdict == Verdict::fail) return *std::move(certificate);
  if (slow) return *std::move(slow);
  if (certificate) return *std::move(certificate);
  return ProbeResult::pass(std::move(detail));
}

}  // namespace answerback::probes
