#pragma once
// Passwords against bcrypt hashes, by the system's crypt_r.

#include <string>
#include <string_view>

namespace answerback::access {

// What is wrong with a hash, without showing it; empty: nothing. Taken are $2a$, $2b$ and $2y$ of a cost from
// 8 (less is guessed too fast) to 14 (a second of work, and more would let anybody keep us busy).
std::string_view bcrypt_flaw(std::string_view hash);

// Takes as long as the hash's cost says: some 70 ms at 10. Any thread. bcrypt itself looks at the first 72
// bytes of a password; one with a NUL in it, which would end it there, matches nothing.
bool bcrypt_matches(const std::string& hash, const std::string& password);

// A hash that nothing is known to match, of the same cost as the one given: who asks for a user that is not
// there waits as long as for one that is.
std::string bcrypt_decoy(std::string_view like);

}  // namespace answerback::access
