// The database of what signed archives say, STATE/dpkg.db (docs/formats.md).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "store/database.hpp"

namespace touchstone::dpkg {

inline constexpr std::int64_t kEvidenceApplicationId = 0x74736470;  // "tsdp"
inline constexpr std::array<store::SchemaEntry, 11> kEvidenceSchema{{
    {"run", "CREATE TABLE run(id INTEGER PRIMARY KEY,begun INTEGER NOT NULL,ended INTEGER,command BLOB NOT NULL,pid INTEGER NOT NULL,"
            "started INTEGER NOT NULL)"},
    {"change", "CREATE TABLE change(run INTEGER NOT NULL,package BLOB NOT NULL,architecture BLOB NOT NULL,old BLOB NOT NULL,new BLOB NOT NULL,"
               "refusal BLOB NOT NULL,PRIMARY KEY(run,package,architecture)) WITHOUT ROWID"},
    {"change_package", "CREATE INDEX change_package ON change(package,architecture,run)"},
    {"archive", "CREATE TABLE archive(id INTEGER PRIMARY KEY,package BLOB NOT NULL,architecture BLOB NOT NULL,version BLOB NOT NULL,"
                "sha256 BLOB NOT NULL,origin BLOB NOT NULL,signers BLOB NOT NULL,algorithm BLOB NOT NULL,read_at INTEGER NOT NULL)"},
    {"archive_package", "CREATE UNIQUE INDEX archive_package ON archive(package,architecture,version)"},
    {"file", "CREATE TABLE file(path BLOB NOT NULL,archive INTEGER NOT NULL,shipped BLOB NOT NULL,role INTEGER NOT NULL,type INTEGER NOT NULL,"
             "mode INTEGER NOT NULL,uid INTEGER NOT NULL,gid INTEGER NOT NULL,size INTEGER NOT NULL,links INTEGER NOT NULL,sha256 BLOB NOT NULL,"
             "digest BLOB NOT NULL,link_target BLOB NOT NULL,PRIMARY KEY(path,archive)) WITHOUT ROWID"},
    {"file_archive", "CREATE INDEX file_archive ON file(archive)"},
    {"listed", "CREATE TABLE listed(package BLOB NOT NULL,architecture BLOB NOT NULL,version BLOB NOT NULL,origin BLOB NOT NULL,"
               "signers BLOB NOT NULL,PRIMARY KEY(package,architecture,version)) WITHOUT ROWID"},
    {"refusal", "CREATE TABLE refusal(package BLOB NOT NULL,architecture BLOB NOT NULL,version BLOB NOT NULL,reason BLOB NOT NULL,"
                "PRIMARY KEY(package,architecture,version)) WITHOUT ROWID"},
    {"report", "CREATE TABLE report(id INTEGER PRIMARY KEY,number INTEGER NOT NULL,package BLOB NOT NULL,architecture BLOB NOT NULL,version BLOB NOT NULL,"
               "archive BLOB NOT NULL,reason BLOB NOT NULL)"},
    {"script", "CREATE TABLE script(run INTEGER NOT NULL,path BLOB NOT NULL,package BLOB NOT NULL,architecture BLOB NOT NULL,version BLOB NOT NULL,"
               "proof INTEGER NOT NULL,sha256 BLOB NOT NULL,signers BLOB NOT NULL,PRIMARY KEY(run,path)) WITHOUT ROWID"},
}};
inline constexpr store::Format kEvidenceFormat{kEvidenceApplicationId, 1, kEvidenceSchema};

std::string evidence_file(const std::string& state_directory);

// Made when missing (0600); a damaged one is set aside as dpkg.db.corrupt and begun anew, which is said in `recovered`.
Result<std::unique_ptr<store::Database>> open_evidence_for_writing(const std::string& state_directory, std::string& recovered);
// corrupt when it is not whole in its format; system with ENOENT when it is not there, or still being made.
Result<std::unique_ptr<store::Database>> open_evidence_for_reading(const std::string& state_directory);

}  // namespace touchstone::dpkg
