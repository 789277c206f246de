#pragma once
// JSON Web Tokens, HS256 only: minted at /auth/login, checked at every door.

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace demo {

enum class Refusal { no_token, invalid_format, validation_failed, token_expired };
std::string_view error_code(Refusal);  // as error_message frames carry it: "NO_TOKEN"
std::string_view explain(Refusal);

// header and claims as JSON texts.
std::string sign_token(std::string_view header, std::string_view claims, std::string_view secret);

std::string mint_token(std::string_view user, std::string_view audience, std::chrono::seconds life,
                       std::string_view secret);

// The user (`sub`) of a token that is HS256, signed with the secret, meant for the audience and not expired.
std::expected<std::string, Refusal> verify_token(std::string_view token, std::string_view audience,
                                                 std::string_view secret);

// The token of "Bearer TOKEN"; empty when it is none.
std::string_view bearer(std::string_view authorization);

// Empty when the text is not base64url.
std::string decode_base64url(std::string_view);

std::string random_id();  // 32 hexadecimal digits

}  // namespace demo
