#include "touchstone/digest.hpp"

namespace touchstone {
namespace {

struct Entry {
    DigestAlgorithm algorithm;
    std::string_view config_name;
    std::string_view field_name;
    std::size_t size;
};

constexpr std::array kEntries{
    Entry{DigestAlgorithm::sha256, "sha256", "sha256", 32},       Entry{DigestAlgorithm::sha384, "sha384", "sha384", 48},
    Entry{DigestAlgorithm::sha512, "sha512", "sha512", 64},       Entry{DigestAlgorithm::sha3_256, "sha3-256", "sha3_256", 32},
    Entry{DigestAlgorithm::sha3_512, "sha3-512", "sha3_512", 64},
};

const Entry& entry(DigestAlgorithm algorithm) { return kEntries[static_cast<std::size_t>(algorithm)]; }

}  // namespace

std::string_view config_name(DigestAlgorithm algorithm) { return entry(algorithm).config_name; }
std::string_view field_name(DigestAlgorithm algorithm) { return entry(algorithm).field_name; }
std::size_t digest_size(DigestAlgorithm algorithm) { return entry(algorithm).size; }

std::optional<DigestAlgorithm> digest_algorithm(std::string_view config_name) {
    for (const auto& each : kEntries)
        if (each.config_name == config_name) return each.algorithm;
    return std::nullopt;
}

}  // namespace touchstone
