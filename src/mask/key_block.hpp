// Blocks of private keys, which go over many lines.
#pragma once

#include <cstdint>
#include <string_view>

namespace touchstone::mask {

class KeyBlock {
public:
    // The lines of a text in order: does this one lie within a block? Its first and last line do not.
    bool holds(std::string_view line);

private:
    bool open_ = false;
    std::uint64_t lines_ = 0;  // of a PuTTY key, still to come
};

}  // namespace touchstone::mask
