#include "access/bcrypt.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace answerback::access {
namespace {

constexpr std::size_t hash_size = 60;
constexpr std::string_view decoy_tail = "$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view bcrypt_flaw(std::string_view hash) {
  constexpr std::string_view not_one = "not a bcrypt hash (htpasswd -nBC 10 USER makes one)";
  if (hash.size() != hash_size || hash[0] != '$' || hash[1] != '2' || hash[3] != '$' || hash[6] != '$')
    return not_one;
  if (std::string_view("aby").find(hash[2]) == std::string_view::npos) return not_one;
  if (!is_digit(hash[4]) || !is_digit(hash[5]) || !std::ranges::all_of(hash.substr(7), is_base64))
    return not_one;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost < 8)
    return "its cost is too low: passwords could be guessed (htpasswd -nBC 10 USER; from 8 to 14)";
  if (cost > 14) return "its cost is too high: a request would take seconds (from 8 to 14)";
  return {};
}

bool bcrypt_matches(const std::string& hash, const std::string& password) {
  const auto work = std::make_unique<crypt_data>();  // 32 KiB
  const bool usable = password.size() < CRYPT_MAX_PASSPHRASE_SIZE && !password.contains('\0');
  const char* const made = crypt_r(usable ? password.c_str() : "", hash.c_str(), work.get());
  const bool same = made != nullptr && std::strlen(made) == hash.size() &&
                    CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(work.get(), sizeof *work);
  return same && usable;
}

std::string bcrypt_decoy(std::string_view like) {
  return (like.empty() ? "$2y$10" : std::string(like.substr(0, 6))) + std::string(decoy_tail);
}

}  // namespace answerback::access
