// SHA-256 (FIPS 180-4) by a CPU's own instructions, of two messages at once: each round waits for the one before it, and meanwhile the other message's can be
// had for nothing. OpenSSL, which hashes everything else, offers no such thing (ADR 11).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace touchstone {

// One message. Not thread-safe. Only where is_available().
class Sha256 {
public:
    static bool is_available();  // x86-64 with the SHA extensions

    void update(std::string_view bytes);
    std::string finish();  // raw digest of all that came; nothing may come after it

    // Takes from the front of both as much as they have in common, and all of one of them at least.
    static void update_both(Sha256& first, std::string_view& of_first, Sha256& second, std::string_view& of_second);

    static constexpr std::size_t kBlock = 64;
    using State = std::array<std::uint32_t, 8>;

private:
    void complete_block(std::string_view& bytes);
    void keep(std::string_view& bytes);

    State state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::uint64_t length_ = 0;         // of whole blocks hashed, in bytes
    std::array<char, kBlock> begun_{};  // a block that is not whole yet
    std::size_t kept_ = 0;             // bytes of it
};

}  // namespace touchstone
