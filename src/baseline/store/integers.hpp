// Integers in packed values: little-endian, whatever the machine.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace touchstone::store {

// To and from the order of packed values. Not by shifts, of which the compiler makes a loop over the bytes.
template <class Integer>
Integer little_endian(Integer value) {
    if constexpr (std::endian::native == std::endian::little) {
        return value;
    } else {
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        std::reverse(bytes, bytes + sizeof value);
        std::memcpy(&value, bytes, sizeof value);
        return value;
    }
}

// Over the sizeof(Integer) bytes there.
template <class Integer>
void put_integer(char* bytes, Integer value) {
    value = little_endian(value);
    std::memcpy(bytes, &value, sizeof value);
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
    char bytes[sizeof value];
    put_integer(bytes, value);
    out.append(bytes, sizeof value);
}

// Of the sizeof(Integer) bytes there.
template <class Integer>
Integer integer_at(const char* bytes) {
    Integer value;
    std::memcpy(&value, bytes, sizeof value);
    return little_endian(value);
}

}  // namespace touchstone::store
