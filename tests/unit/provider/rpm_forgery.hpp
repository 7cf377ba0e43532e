// What root could do to headers in a database, past rpm.
#pragma once

#include <rpm/header.h>
#include <rpm/rpmtd.h>
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace touchstone::test {

// Replaces the header of the package that `name` is found in by what `change` makes of it.
inline void change_header(const std::string& database, const std::string& name, const std::function<std::string(std::string)>& change) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> owned(db, sqlite3_close);
    sqlite3_stmt* read = nullptr;
    REQUIRE(sqlite3_prepare_v2(db, "SELECT hnum, blob FROM Packages WHERE hnum = (SELECT hnum FROM Name WHERE key = CAST(? AS BLOB) OR key = ?)", -1, &read, nullptr) == SQLITE_OK);
    sqlite3_bind_text(read, 1, name.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(read, 2, name.c_str(), -1, SQLITE_TRANSIENT);
    REQUIRE(sqlite3_step(read) == SQLITE_ROW);
    const auto number = sqlite3_column_int64(read, 0);
    const std::string before(static_cast<const char*>(sqlite3_column_blob(read, 1)), static_cast<std::size_t>(sqlite3_column_bytes(read, 1)));
    sqlite3_finalize(read);
    const auto after = change(before);
    REQUIRE(after != before);
    sqlite3_stmt* write = nullptr;
    REQUIRE(sqlite3_prepare_v2(db, "UPDATE Packages SET blob = ? WHERE hnum = ?", -1, &write, nullptr) == SQLITE_OK);
    sqlite3_bind_blob(write, 1, after.data(), static_cast<int>(after.size()), SQLITE_TRANSIENT);
    sqlite3_bind_int64(write, 2, number);
    REQUIRE(sqlite3_step(write) == SQLITE_DONE);
    sqlite3_finalize(write);
}

// Adds other digests of all files beside the signed region, whose tags librpm then prefers.
inline void forge_digests(const std::string& database, const std::string& name, const std::string& digest) {
    change_header(database, name, [&](std::string blob) {
        Header header = headerImport(blob.data(), static_cast<unsigned int>(blob.size()), HEADERIMPORT_COPY);
        REQUIRE(header != nullptr);
        rpmtd_s digests;
        REQUIRE(headerGet(header, RPMTAG_FILEDIGESTS, &digests, HEADERGET_DEFAULT) == 1);
        std::vector<const char*> forged(rpmtdCount(&digests), digest.c_str());
        rpmtdFreeData(&digests);
        REQUIRE(headerDel(header, RPMTAG_FILEDIGESTS) == 0);
        REQUIRE(headerPutStringArray(header, RPMTAG_FILEDIGESTS, forged.data(), static_cast<rpm_count_t>(forged.size())) == 1);
        unsigned int size = 0;
        void* exported = headerExport(header, &size);
        REQUIRE(exported != nullptr);
        std::string made(static_cast<const char*>(exported), size);
        std::free(exported);
        headerFree(header);
        return made;
    });
}

// Changes a text of the same length inside the signed region.
inline void alter_header(const std::string& database, const std::string& name, const std::string& from, const std::string& to) {
    change_header(database, name, [&](std::string blob) {
        const auto at = blob.find(from);
        REQUIRE(at != std::string::npos);
        return blob.replace(at, to.size(), to);
    });
}

}  // namespace touchstone::test
