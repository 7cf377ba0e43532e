// Files as a compressor leaves them, by libarchive's own writers.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>
#include <string>

namespace touchstone {

// Writes `content` to `path` through a filter of libarchive (ARCHIVE_FILTER_GZIP ...); returns `path`.
inline std::string compress(const std::string& path, int filter, const std::string& content) {
    auto* writer = archive_write_new();
    REQUIRE(archive_write_add_filter(writer, filter) == ARCHIVE_OK);
    REQUIRE(archive_write_set_format_raw(writer) == ARCHIVE_OK);
    REQUIRE(archive_write_open_filename(writer, path.c_str()) == ARCHIVE_OK);
    auto* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
    REQUIRE(archive_write_data(writer, content.data(), content.size()) == static_cast<la_ssize_t>(content.size()));
    archive_entry_free(entry);
    REQUIRE(archive_write_free(writer) == ARCHIVE_OK);
    return path;
}

}  // namespace touchstone
