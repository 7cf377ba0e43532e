// Integers in packed values: little-endian, whatever the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace touchstone::store {

template <class Integer>
void append_integer(std::string& out, Integer value) {
    const auto bits = static_cast<std::uint64_t>(value);
    char bytes[sizeof value];
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(bits >> (8 * i) & 0xff);
    out.append(bytes, sizeof value);
}

// Of the sizeof(Integer) bytes there.
template <class Integer>
Integer integer_at(const char* bytes) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) bits |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return static_cast<Integer>(bits);
}

}  // namespace touchstone::store
