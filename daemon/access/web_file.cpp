#include "access/web_file.h"

#include <algorithm>

#include "config/open.h"

namespace answerback::access {

Web load_web(const std::filesystem::path& path, config::Diagnostics& diagnostics, Stamps& stamps) {
  Web out;
  stamps = {{path.string(), net::FileStamp::of(path.string())}};
  auto root = config::open(path, diagnostics);
  if (!root) return out;
  out.settings = read_web_settings(*root, path.parent_path());
  if (const auto& tls = out.settings.tls) {
    for (const std::string& file : {tls->cert_file, tls->key_file, tls->client_ca_file})
      if (!file.empty()) stamps.emplace_back(file, net::FileStamp::of(file));
  }
  if (out.settings.tls && diagnostics.ok()) {
    auto made = ServerTls::make(*out.settings.tls);
    if (made) out.tls = *std::move(made);
    if (!made) root->child("tls_server_config", "").error(made.error().key, made.error().message);
  }
  root->finish();
  return out;
}

Web load_web(const std::filesystem::path& path, config::Diagnostics& diagnostics) {
  Stamps unused;
  return load_web(path, diagnostics, unused);
}

std::expected<void, std::string> WebFile::start() {
  return path_.empty() ? std::expected<void, std::string>() : load();
}

std::expected<void, std::string> WebFile::load() {
  config::Diagnostics diagnostics;
  Web fresh = load_web(path_, diagnostics, stamps_);
  good_ = diagnostics.ok();
  if (!good_) return std::unexpected(diagnostics.text());
  web_ = std::make_shared<const Web>(std::move(fresh));
  return {};
}

const std::shared_ptr<const Web>& WebFile::now() {
  const bool same = std::ranges::all_of(
      stamps_, [](const auto& each) { return net::FileStamp::of(each.first) == each.second; });
  if (!same) {
    const auto loaded = load();
    if (told_) told_(loaded.has_value(), loaded ? std::string() : loaded.error());
  }
  return web_;
}

}  // namespace answerback::access
