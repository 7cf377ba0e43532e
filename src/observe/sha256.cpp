#include "sha256.hpp"

#include <algorithm>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace touchstone {
namespace {

#if defined(__x86_64__)

alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool has_instructions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

#define TOUCHSTONE_SHA __attribute__((target("sha,sse4.1,ssse3")))

// A state as SHA256RNDS2 wants it: the words A, B, E, F and C, D, G, H, from the highest down (Intel SDM, volume 2).
struct Halves {
    __m128i abef, cdgh;
};

TOUCHSTONE_SHA inline __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

TOUCHSTONE_SHA inline Halves halves_of(const Sha256::State& state) {
    const __m128i cdab = _mm_shuffle_epi32(load(state.data()), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(load(state.data() + 4), 0x1b);
    return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

TOUCHSTONE_SHA inline void store(const Halves& halves, Sha256::State& state) {
    const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(halves.cdgh, 0xb1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

struct Schedule {
    __m128i words[4];  // the last sixteen of them
};

TOUCHSTONE_SHA inline __m128i next_words(Schedule& schedule, unsigned step, const char* block) {
    auto& words = schedule.words;
    __m128i& next = words[step % 4];
    if (step < 4) {
        const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
        return next = _mm_shuffle_epi8(load(block + 16 * step), big_endian);
    }
    const __m128i latest = words[(step + 3) % 4];
    next = _mm_add_epi32(_mm_sha256msg1_epu32(next, words[(step + 1) % 4]), _mm_alignr_epi8(latest, words[(step + 2) % 4], 4));
    return next = _mm_sha256msg2_epu32(next, latest);
}

TOUCHSTONE_SHA inline void four_rounds(Halves& at, __m128i words, unsigned step) {
    const __m128i with_constants = _mm_add_epi32(words, load(kRoundConstants.data() + 4 * step));
    at.cdgh = _mm_sha256rnds2_epu32(at.cdgh, at.abef, with_constants);
    at.abef = _mm_sha256rnds2_epu32(at.abef, at.cdgh, _mm_shuffle_epi32(with_constants, 0x0e));
}

// As many blocks of each of `Messages`. The loops must be unrolled, so that everything is in registers and the messages' rounds lie side by side.
template <std::size_t Messages>
TOUCHSTONE_SHA void compress(std::array<Sha256::State*, Messages> states, std::array<const char*, Messages> bytes, std::size_t blocks) {
    std::array<Halves, Messages> now;
    for (std::size_t each = 0; each < Messages; ++each) now[each] = halves_of(*states[each]);
    for (; blocks > 0; --blocks) {
        const auto before = now;
        std::array<Schedule, Messages> schedules;
#pragma GCC unroll 16
        for (unsigned step = 0; step < 16; ++step) {
#pragma GCC unroll 2
            for (std::size_t each = 0; each < Messages; ++each) four_rounds(now[each], next_words(schedules[each], step, bytes[each]), step);
        }
        for (std::size_t each = 0; each < Messages; ++each) {
            now[each].abef = _mm_add_epi32(now[each].abef, before[each].abef);
            now[each].cdgh = _mm_add_epi32(now[each].cdgh, before[each].cdgh);
            bytes[each] += Sha256::kBlock;
        }
    }
    for (std::size_t each = 0; each < Messages; ++each) store(now[each], *states[each]);
}

#else

bool has_instructions() { return false; }

template <std::size_t Messages>
void compress(std::array<Sha256::State*, Messages>, std::array<const char*, Messages>, std::size_t) {}

#endif

}  // namespace

bool Sha256::is_available() {
    static const bool available = has_instructions();
    return available;
}

void Sha256::complete_block(std::string_view& bytes) {
    if (kept_ == 0) return;
    const auto taken = std::min(bytes.size(), kBlock - kept_);
    bytes.copy(begun_.data() + kept_, taken);
    bytes.remove_prefix(taken);
    kept_ += taken;
    if (kept_ < kBlock) return;
    compress<1>({&state_}, {begun_.data()}, 1);
    length_ += kBlock;
    kept_ = 0;
}

void Sha256::keep(std::string_view& bytes) {
    if (bytes.size() >= kBlock) return;
    bytes.copy(begun_.data() + kept_, bytes.size());
    kept_ += bytes.size();
    bytes = {};
}

void Sha256::update(std::string_view bytes) {
    complete_block(bytes);
    const auto whole = bytes.size() / kBlock * kBlock;
    compress<1>({&state_}, {bytes.data()}, whole / kBlock);
    length_ += whole;
    bytes.remove_prefix(whole);
    keep(bytes);
}

void Sha256::update_both(Sha256& first, std::string_view& of_first, Sha256& second, std::string_view& of_second) {
    first.complete_block(of_first);
    second.complete_block(of_second);
    const auto whole = std::min(of_first.size(), of_second.size()) / kBlock * kBlock;
    compress<2>({&first.state_, &second.state_}, {of_first.data(), of_second.data()}, whole / kBlock);
    for (auto [message, bytes] : {std::pair(&first, &of_first), std::pair(&second, &of_second)}) {
        message->length_ += whole;
        bytes->remove_prefix(whole);
        message->keep(*bytes);
    }
}

std::string Sha256::finish() {
    const auto bits = (length_ + kept_) * 8;
    std::string padding(1, '\x80');
    padding.append((2 * kBlock - 1 - sizeof bits - kept_) % kBlock, '\0');
    for (int shift = 56; shift >= 0; shift -= 8) padding.push_back(static_cast<char>(bits >> shift));
    update(padding);
    std::string digest;
    for (const auto word : state_)
        for (int shift = 24; shift >= 0; shift -= 8) digest.push_back(static_cast<char>(word >> shift));
    return digest;
}

}  // namespace touchstone
