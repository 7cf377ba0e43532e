// Signatures of Release files, by gpgv(1): the same program that apt asks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone::dpkg {

struct Signed {
    std::string text;                  // exactly what was signed
    std::vector<std::string> signers;  // fingerprints of the primary keys, each with its name behind a blank where gpgv told it
};

// `signature` is empty when `document` is signed within itself (InRelease). bad_input: no good signature by a key of `keys` (of `fingerprints`
// only, when there are any), the reason told: none at all, unknown, expired or revoked key, weak digest, altered text. Blocks until gpgv has ended,
// at most half a minute.
Result<Signed> verify_signature(std::string_view document, std::string_view signature, std::string_view keys,
                                const std::vector<std::string>& fingerprints);

// What gpgv said on its status descriptor: the signers, or why there are none.
Result<std::vector<std::string>> read_gpgv_status(std::string_view status, const std::vector<std::string>& fingerprints);

}  // namespace touchstone::dpkg
