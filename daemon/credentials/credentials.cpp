#include "credentials/credentials.h"

#include <algorithm>
#include <boost/json.hpp>

namespace answerback {

namespace {

namespace json = boost::json;
using std::chrono::seconds;

// A token is good a little before it is made, for clocks that lag behind ours, and renewed before it runs
// out.
constexpr seconds leeway{5};
constexpr seconds renew_before{30};

JwtCredential read_jwt(config::Fields fields) {
  JwtCredential jwt;
  const std::string algorithm =
      fields.one_of("alg", "HS256", {"HS256", "RS256", "ES256"}, "how the token is signed");
  const bool shared = algorithm == "HS256";
  const char* const key = shared ? "secret" : "key";
  auto signer =
      JwtSigner::make(shared                 ? JwtAlgorithm::hs256
                      : algorithm == "RS256" ? JwtAlgorithm::rs256
                                             : JwtAlgorithm::es256,
                      fields.required_secret(key, shared ? "the secret shared with the platform"
                                                         : "private key in PEM; ${file:/path} reads one"));
  if (signer) {
    jwt.signer = *std::move(signer);
  } else if (fields.has(key)) {
    fields.error(key, signer.error());
  }
  jwt.key_id = fields.text("kid", "", "key id of the header");
  jwt.claims = fields.json("claims", "claims beside iat, nbf, exp and jti").value_or("{}");
  boost::system::error_code broken;
  if (!json::parse(jwt.claims, broken).is_object() || broken)
    fields.error("claims", "must be a mapping of claims");
  jwt.ttl = fields.duration("ttl", std::chrono::minutes(5), "from now until exp");
  return jwt;
}

}  // namespace

std::shared_ptr<const CredentialSet> read_credentials(
    std::vector<std::pair<std::string, config::Fields>> named) {
  auto set = std::make_shared<CredentialSet>();
  for (auto& [credential, fields] : named) {
    const bool jwt = fields.has("jwt"), bearer = fields.has("bearer"), login = fields.has("login"),
               oauth = fields.has("oauth");
    if (jwt + bearer + login + oauth != 1) {
      fields.error("", "needs one of `jwt`, `bearer`, `login` and `oauth`");
    } else if (jwt) {
      set->emplace(credential, read_jwt(fields.child("jwt", "a token minted by us")));
    } else if (bearer) {
      set->emplace(credential, BearerCredential{fields.required_secret("bearer", "a token as it is")});
    } else {
      config::Fields keys = login ? fields.child("login", "a token that signing in gives")
                                  : fields.child("oauth", "a token of OAuth's client_credentials");
      set->emplace(credential, login ? read_login(keys) : read_oauth(keys));
    }
    fields.finish();
  }
  return set;
}

void Credentials::use(std::shared_ptr<const CredentialSet> set, std::shared_ptr<Redactor> redactor) {
  set_ = std::move(set);
  redactor_ = std::move(redactor);
  minted_.clear();
  kept_.clear();
  if (!set_) return;
  for (const auto& [name, credential] : *set_) {
    if (const auto* sign_in = std::get_if<SignIn>(&credential))
      kept_[name] = std::make_shared<TokenKeeper>(name, *sign_in, transport_, random_,
                                                  [this](const Secret& token) { learn(token); });
  }
}

void Credentials::learn(const Secret& token) {
  if (redactor_) redactor_->learn(token.reveal());
}

asio::awaitable<std::expected<Secret, Failure>> Credentials::token(Run& run, std::string name) {
  const auto found = set_ ? set_->find(name) : CredentialSet::const_iterator{};
  if (!set_ || found == set_->end()) {
    co_return std::unexpected(Failure{Reason::auth, "no credentials are named \"" + name + "\""});
  }
  if (const auto* fixed = std::get_if<BearerCredential>(&found->second)) co_return fixed->token;
  if (const auto kept = kept_.find(name); kept != kept_.end())
    co_return co_await TokenKeeper::token(kept->second, run);
  co_return mint(std::get<JwtCredential>(found->second), name, run.clock.wall());
}

bool Credentials::refused(const Run& run, const std::string& name, const std::string& token) {
  const auto kept = kept_.find(name);
  return kept != kept_.end() && kept->second->refused(token, run.clock.now());
}

asio::awaitable<std::expected<net::HttpResponse, Failure>> Credentials::fetch(Run& run, std::string name,
                                                                              net::HttpRequest request) {
  std::string& header = request.headers.emplace_back("Authorization", "").second;
  for (bool again = false;; again = true) {
    const auto presented = co_await token(run, name);
    if (!presented) co_return std::unexpected(presented.error());
    header = "Bearer " + presented->reveal();
    auto response = co_await net::fetch(run, transport_, request);
    if (again || !response || response->status != 401 || !refused(run, name, presented->reveal()))
      co_return response;
  }
}

std::expected<Secret, Failure> Credentials::mint(const JwtCredential& jwt, const std::string& name,
                                                 Wall now) {
  if (const auto kept = minted_.find(name);
      kept != minted_.end() && now >= kept->second.from && now < kept->second.until) {
    return kept->second.token;
  }
  json::object claims = json::parse(jwt.claims).as_object();
  const auto add = [&claims](std::string_view claim, json::value value) {
    claims.emplace(claim, std::move(value));
  };
  add("iat", numeric_date(now));
  add("nbf", numeric_date(now - leeway));
  add("exp", numeric_date(now + jwt.ttl));
  add("jti", json::string(new_jti(random_)));
  json::object header{{"alg", answerback::name(jwt.signer.algorithm())}, {"typ", "JWT"}};
  if (!jwt.key_id.empty()) header["kid"] = jwt.key_id;

  auto token = jwt.signer.sign(json::serialize(header), json::serialize(claims));
  if (!token) return std::unexpected(Failure{Reason::auth, "credentials \"" + name + "\": " + token.error()});
  Minted& minted = minted_[name];
  learn(Secret(*token));
  minted = {Secret(*std::move(token)), now - leeway,
            now + std::max<Duration>(jwt.ttl - renew_before, Duration::zero())};
  return minted.token;
}

}  // namespace answerback
