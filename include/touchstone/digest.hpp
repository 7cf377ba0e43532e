// Digest algorithms that may be configured. All go through OpenSSL EVP, so a FIPS provider is honoured; outside of FIPS mode surveys hash two files at a time
// with SHA-256 instructions of the CPU (paired_digests.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace touchstone {

enum class DigestAlgorithm { sha256, sha384, sha512, sha3_256, sha3_512 };

inline constexpr std::array kDigestAlgorithms{DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512,
                                              DigestAlgorithm::sha3_256, DigestAlgorithm::sha3_512};

std::string_view config_name(DigestAlgorithm algorithm);  // "sha3-256": configuration and OpenSSL
std::string_view field_name(DigestAlgorithm algorithm);   // "sha3_256": events (DESIGN.md 5.3)
std::optional<DigestAlgorithm> digest_algorithm(std::string_view config_name);
std::size_t digest_size(DigestAlgorithm algorithm);       // bytes

}  // namespace touchstone
