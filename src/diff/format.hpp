// The database of copies, STATE/copies.db (docs/formats.md).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "store/database.hpp"

namespace touchstone::diff {

inline constexpr std::int64_t kCopiesApplicationId = 0x74736370;  // "tscp"
inline constexpr std::array<store::SchemaEntry, 2> kCopiesSchema{{
    {"copy", "CREATE TABLE copy(id INTEGER PRIMARY KEY,path BLOB NOT NULL,digest BLOB NOT NULL,private INTEGER NOT NULL,content BLOB NOT NULL)"},
    {"copy_path", "CREATE UNIQUE INDEX copy_path ON copy(path,digest)"},
}};
inline constexpr store::Format kCopiesFormat{kCopiesApplicationId, 1, kCopiesSchema};

std::string copies_file(const std::string& state_directory);

// Made when missing (0600). corrupt when it is not whole in its format.
Result<std::unique_ptr<store::Database>> open_copies(const std::string& state_directory);

// It and what SQLite keeps beside it; nothing when there is none.
Status remove_copies(const std::string& state_directory);

}  // namespace touchstone::diff
