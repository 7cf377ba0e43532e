// How values that SQLite or packed bytes have no type for are stored.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "touchstone/object.hpp"
#include "touchstone/time.hpp"

namespace touchstone::store {

// Rows say signed 64 bits; what is unsigned is stored by its bits.
inline std::int64_t to_stored(std::uint64_t value) { return std::bit_cast<std::int64_t>(value); }
inline std::uint64_t from_stored(std::int64_t value) { return std::bit_cast<std::uint64_t>(value); }
inline std::int64_t to_stored(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime time_from_stored(std::int64_t value) { return WallTime(Nanoseconds(value)); }

// nullopt: no type has that letter.
inline std::optional<FileType> file_type(unsigned char letter) {
    for (const auto type : {FileType::regular, FileType::directory, FileType::symlink, FileType::fifo, FileType::socket,
                            FileType::block_device, FileType::character_device})
        if (letter == static_cast<unsigned char>(type)) return type;
    return std::nullopt;
}

}  // namespace touchstone::store
