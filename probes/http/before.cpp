#include "probes/http/before.h"

#include <algorithm>

#include "model/redactor.h"
#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t steps_at_most = 8;
constexpr std::size_t captured_at_most = 8 * 1024;  // bytes of one value

void read_captures(config::Fields& fields, HttpStep& step) {
  for (const auto& [name, text] : fields.text_map(
           "capture",
           "{name: where} in the body: a JSON pointer, or a regex with one group; used as {{name}}")) {
    if (auto where = Where::parse(text)) {
      step.capture.emplace_back(name, *std::move(where));
    } else {
      fields.error("capture", name + ": " + where.error());
    }
  }
  for (const auto& [name, text] : fields.text_map(
           "capture_headers", "{name: regex with one group}, found in the head: 'set-cookie: (sid=[^;]+)'")) {
    if (auto pattern = Pattern::parse("(?im)^" + text)) {
      step.capture_headers.emplace_back(name, *std::move(pattern));
    } else {
      fields.error("capture_headers", name + ": " + pattern.error());
    }
  }
}

std::string head_of(const net::HttpResponse& response) {
  std::string head;
  for (const auto& [name, value] : response.headers)
    head.append(name).append(": ").append(value).append("\n");
  return head;
}

// What goes into a request must not end the line it stands in.
std::expected<void, Failure> keep(StepValues& values, const std::string& name,
                                  std::optional<StepValue> found) {
  if (!found || found->text.empty())
    return std::unexpected(Failure{Reason::assertion, "nothing to capture as " + one_line(name, 40)});
  const bool control = std::ranges::any_of(
      found->text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control || found->text.size() > captured_at_most)
    return std::unexpected(
        Failure{Reason::assertion, "what is captured as " + one_line(name, 40) +
                                       (control ? " holds a control character" : " is too long")});
  values.insert_or_assign(name, *std::move(found));
  return {};
}

std::expected<void, Failure> captured_from(const HttpStep& step, const net::HttpResponse& response,
                                           StepValues& values) {
  if (auto failure = judge(step.expect, response)) return std::unexpected(*std::move(failure));
  Incoming message(response.body);
  for (const auto& [name, where] : step.capture)
    if (auto kept = keep(values, name, where.find(message, message.text())); !kept) return kept;
  const std::string head = step.capture_headers.empty() ? std::string() : head_of(response);
  for (const auto& [name, pattern] : step.capture_headers) {
    auto group = pattern.group_in(head);
    auto kept = keep(values, name, group ? std::optional(StepValue{*std::move(group), false}) : std::nullopt);
    if (!kept) return kept;
  }
  return {};
}

Failure of_step(std::size_t index, const StepValues& values, Failure failure) {
  Redactor captured;
  for (const auto& [name, value] : values) captured.add(value.text);
  failure.detail =
      "before[" + std::to_string(index) + "]: " + captured.taken_out_of(std::move(failure.detail));
  return failure;
}

}  // namespace

std::vector<HttpStep> read_before(config::Fields& fields) {
  std::vector<HttpStep> steps;
  if (!fields.describes() && !fields.has("before")) return steps;
  for (config::Fields& each :
       fields.children("before", "asked first, in order; what they capture fills {{names}}")) {
    HttpStep& step = steps.emplace_back();
    step.request = read_http_request(each, true);
    step.filled = read_filled(each, step.request, names_of(steps));
    config::Fields expect = each.child("expect", "what the answer must be; left out: a 2xx");
    step.expect = read_expect(expect);
    step.request.limits.body_bytes = step.expect.max_bytes;
    read_captures(each, step);
  }
  if (steps.size() > steps_at_most)
    fields.error("before", "more than " + std::to_string(steps_at_most) + " steps");
  return steps;
}

std::set<std::string, std::less<>> names_of(const std::vector<HttpStep>& steps) {
  std::set<std::string, std::less<>> names;
  for (const HttpStep& step : steps) {
    for (const auto& [name, where] : step.capture) names.insert(name);
    for (const auto& [name, pattern] : step.capture_headers) names.insert(name);
  }
  return names;
}

asio::awaitable<std::expected<StepValues, Failure>> walk_before(Run& run, net::Transport transport,
                                                                const std::vector<HttpStep>& steps) {
  StepValues values;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const net::HttpRequest request = fill(steps[i].request, steps[i].filled, values);
    auto response = co_await net::fetch(run, transport, request);
    if (!response) co_return std::unexpected(of_step(i, values, std::move(response.error())));
    auto kept = captured_from(steps[i], *response, values);
    if (!kept) co_return std::unexpected(of_step(i, values, std::move(kept.error())));
  }
  co_return values;
}

}  // namespace answerback::probes
