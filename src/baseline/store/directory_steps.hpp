// Going through directories in the order of their paths, a step at a time.
#pragma once

#include <optional>
#include <string>

#include "store/database.hpp"

namespace touchstone::store {

// All directories below X sort in [X/, X0), '0' being the byte after '/'. X itself comes before them; what sorts between is not below X.
struct Below {
    explicit Below(const std::string& scope) : from(scope + '/'), to(scope + '0') {}
    std::string from, to;
};

inline bool is_everything(const std::string& scope) { return scope.empty() || scope == "/"; }

// SQL literals: of the directory ?1 alone, any row; the first directory with ?1 < directory < ?2.
struct DirectorySteps {
    const char* at;
    const char* between;
};

// As KnownReader's. Each query is a step along the key, however many names a directory holds.
Result<std::optional<std::string>> next_directory(Database& database, const DirectorySteps& steps, const std::string& scope,
                                                  const std::string& after);

}  // namespace touchstone::store
