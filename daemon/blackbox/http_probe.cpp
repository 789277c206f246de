#include "blackbox/http_probe.h"

#include "blackbox/dial.h"
#include "blackbox/http_verdict.h"
#include "model/text.h"
#include "net/http_exchange.h"
#include "net/http_redirect.h"
#include "net/http_request.h"
#include "probes/http/http.h"

namespace answerback::blackbox {
namespace {

constexpr int most_redirects = 10;

using Head = std::expected<net::HttpResponse, Failure>;

class HttpModuleProbe final : public ModuleProbe {
 public:
  HttpModuleProbe(std::shared_ptr<const HttpModule> module, net::HttpRequest request,
                  std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        request_(std::move(request)),
        dial_{.ip = module_->ip, .allowed = std::move(allowed)},
        services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    for (;;) {
      auto failure = co_await ask(run);
      run.phases.end(run.clock.now());  // judging is our own time
      if (failure && !head_) co_return ProbeResult::fail(*std::move(failure));
      run.evidence.measure(Measure::http_status, head_->status);
      if (failure) co_return ProbeResult::fail(*std::move(failure));
      auto next = net::redirected(request_, *head_, net::Downgrade::follow);
      if (!next) co_return ProbeResult::fail(std::move(next).error());
      if (!*next) break;
      ++redirects_;
      if (!follows()) break;
      run.frame("redirected", "HTTP " + std::to_string(head_->status) + " to " + (*next)->url.text());
      request_ = **std::move(next);
    }
    run.frame("response", probes::evidence_of(*head_));
    const HttpVerdict verdict =
        judge(*module_, {.response = *head_, .body = *body_, .tls = facts_.has_value()});
    by_regex_ = verdict.by_regex;
    if (verdict.failure) co_return ProbeResult::fail(*verdict.failure);
    co_return ProbeResult::pass("status " + std::to_string(head_->status) + ", " +
                                std::to_string(body_->length()) + " bytes");
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    page.gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", by_regex_ ? 1 : 0);
    show_durations(record, page);
    page.gauge("probe_http_content_length", "Length of http content response",
               head_ ? content_length(*head_) : 0);
    page.gauge("probe_http_redirects", "The number of redirects", redirects_);
    page.gauge("probe_http_ssl", "Indicates if SSL was used for the final redirect", head_ && facts_ ? 1 : 0);
    page.gauge("probe_http_status_code", "Response HTTP status code", head_ ? head_->status : 0);
    page.gauge("probe_http_uncompressed_body_length", "Length of uncompressed response body",
               body_ ? static_cast<double>(body_->length()) : 0);
    page.gauge("probe_http_version", "Returns the version of HTTP of the probe response",
               head_ ? head_->version / 10.0 : 0);
    if (!head_) return;
    if (const auto at = last_modified(*head_))
      page.gauge("probe_http_last_modified_timestamp_seconds",
                 "Returns the Last-Modified HTTP response header in unixtime", *at);
    if (facts_) show_tls(*facts_, page);
  }

 private:
  bool follows() const { return module_->follow_redirects && redirects_ <= most_redirects; }

  // One request on a connection of its own; what it brings home is in head_, body_ and facts_.
  asio::awaitable<std::optional<Failure>> ask(Run& run) {
    head_.reset();
    facts_.reset();
    body_.emplace(module_->coding, module_->body);
    auto socket = co_await dial(run, services_.dns, dial_, request_.url.host, request_.url.port, dialled_);
    if (!socket) co_return std::move(socket).error();
    const std::string text = net::request_text(request_, run.id, nullptr);
    net::BodySink sink{.on_head = [this](const net::HttpResponse& head) { return take_head(head); },
                       .on_data = [this](std::string_view piece) { return body_->feed(piece); }};
    const net::Exchange exchange{
        .request = text, .bodyless = request_.method == "HEAD", .limits = request_.limits, .sink = &sink};
    Head answer;
    if (request_.url.tls()) {
      auto stream =
          co_await services_.tls.handshake(run, *std::move(socket), request_.tls, request_.url.host);
      if (!stream) co_return std::move(stream).error();
      facts_ = net::tls_facts(**stream, request_.tls);
      answer = co_await net::exchange(run, **stream, exchange);
    } else {
      answer = co_await net::exchange(run, *socket, exchange);
    }
    if (!answer) co_return std::move(answer).error();
    if (body_->length() > 0) body_->end();
    co_return std::nullopt;
  }

  // The body of an answer that only leads on is nobody's.
  bool take_head(const net::HttpResponse& head) {
    head_ = head;
    const bool leads_on = head.status / 100 == 3 && net::find_header(head.headers, "Location");
    return !leads_on || !module_->follow_redirects || redirects_ >= most_redirects;
  }

  void show_durations(const RunRecord& record, Page& page) const {
    const auto phase = [&](const char* name, Phase which) {
      page.gauge("probe_http_duration_seconds",
                 "Duration of http request by phase, summed over all redirects", seconds_in(record, which),
                 {{"phase", name}});
    };
    if (!dialled_.asked || dialled_.address) {  // as there: without an address, resolve alone
      phase("connect", Phase::connect);
      phase("processing", Phase::processing);
    }
    phase("resolve", Phase::resolve);
    if (dialled_.asked && !dialled_.address) return;
    phase("tls", Phase::tls);
    phase("transfer", Phase::transfer);
  }

  std::shared_ptr<const HttpModule> module_;
  net::HttpRequest request_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  std::optional<net::HttpResponse> head_;  // of the last answer, as soon as it is there
  std::optional<Body> body_;
  std::optional<net::TlsFacts> facts_;
  int redirects_ = 0;
  bool by_regex_ = false;
};

class HttpProber final : public Prober {
 public:
  explicit HttpProber(HttpModule module) : module_(std::make_shared<const HttpModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    net::HttpRequest request = module_->request;
    const bool whole = target.text.starts_with("http://") || target.text.starts_with("https://");
    auto url = net::parse_url(whole ? target.text : "http://" + target.text, {"http", "https"});
    if (!url) return std::unexpected(Refused{400, "target: " + url.error()});
    if (auto why = target.allowed->refusal(url->host)) return std::unexpected(Refused{403, *std::move(why)});
    if (!request.url.userinfo.empty()) url->userinfo = request.url.userinfo;
    request.url = *std::move(url);
    if (auto wrong = name_host(request, target.hostname))
      return std::unexpected(Refused{400, *std::move(wrong)});
    return std::make_shared<HttpModuleProbe>(module_, std::move(request), target.allowed, services);
  }

 private:
  // ?hostname= is a Host header, and whoever has one wants a certificate of that name.
  static std::optional<std::string> name_host(net::HttpRequest& request, const std::string& hostname) {
    const std::string* host = net::find_header(request.headers, "Host");
    if (!hostname.empty()) {
      if (host && *host != hostname)
        return "the module has a Host header of its own, and it is not the hostname";
      if (!host) request.headers.emplace_back("Host", hostname);
      if (const auto wrong = net::unsendable(request)) return "hostname: no host name";
      host = net::find_header(request.headers, "Host");
    }
    if (host && request.tls.server_name.empty()) request.tls.server_name = host->substr(0, host->rfind(':'));
    return std::nullopt;
  }

  std::shared_ptr<const HttpModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> http_prober(HttpModule module) {
  return std::make_shared<const HttpProber>(std::move(module));
}

}  // namespace answerback::blackbox
