// Databases that are made when they are missing, and are written by the side of who reads them (WAL).
#pragma once

#include <memory>
#include <string>

#include "store/database.hpp"

namespace touchstone::store {

// Makes an empty file with 0600 (SQLite would make it 0644), or refuses what is no file: a fifo would block whoever opens it, a link would be
// written through. A file that exists is not opened here: closing it would drop SQLite's locks in this process.
Status ready_file(const std::string& file);

// And then `settings`, pragmas. system with ENOTSUP where the file system cannot hold a shared log.
Status begin_wal(Database& database, const char* settings);

// What one kind of database is, and how it is opened.
struct Kind {
    Format format;
    const char* settings;
    bool pages_checked;  // by quick_check, whenever it is opened for writing
};

// Made when missing or blank, also when another process does so at the same moment. corrupt when it is not whole in its format.
Result<std::unique_ptr<Database>> open_or_make(const std::string& file, const Kind& kind);

// To read; null when it is not there, or still being made. corrupt as above.
Result<std::unique_ptr<Database>> open_if_made(const std::string& file, const Kind& kind);

}  // namespace touchstone::store
