#include "blackbox/unix_probe.h"

#include "blackbox/conversation.h"
#include "net/unix_socket.h"

namespace answerback::blackbox {
namespace {

constexpr const char* unnamed = "localhost";  // where no name of the certificate is checked

class UnixModuleProbe final : public ModuleProbe {
 public:
  UnixModuleProbe(std::shared_ptr<const UnixModule> module, std::string path, Services& services)
      : module_(std::move(module)),
        path_(std::move(path)),
        conversation_(module_->query_response, module_->tls_config, unnamed, services.tls) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto socket = net::connect_unix(run, co_await asio::this_coro::executor, path_);
    if (!socket) co_return ProbeResult::fail(std::move(socket).error());
    co_return co_await conversation_.hold(run, *std::move(socket), module_->tls);
  }

  void show(const RunRecord&, Page& page) const override {
    conversation_.show(page);
    conversation_.show_bytes(page);
  }

 private:
  std::shared_ptr<const UnixModule> module_;
  std::string path_;
  Conversation conversation_;
};

class UnixProber final : public Prober {
 public:
  explicit UnixProber(UnixModule module) : module_(std::make_shared<const UnixModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    if (!is_plain_path(target.text) || target.text.size() > net::longest_unix_path)
      return std::unexpected(
          Refused{400, "target: is no path of a unix socket (absolute, without \"..\", at most " +
                           std::to_string(net::longest_unix_path) + " bytes)"});
    if (auto why = target.allowed->refusal_of_path(target.text))
      return std::unexpected(Refused{403, *std::move(why)});
    return std::make_shared<UnixModuleProbe>(module_, target.text, services);
  }

 private:
  std::shared_ptr<const UnixModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> unix_prober(UnixModule module) {
  return std::make_shared<const UnixProber>(std::move(module));
}

}  // namespace answerback::blackbox
