// The file approvals.db: its format, made when missing, never repaired.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "store/database.hpp"

namespace touchstone::approval {

// null: there is none, or another process is just making it.
Result<std::unique_ptr<store::Database>> open_to_read(const std::string& file);
Result<std::unique_ptr<store::Database>> open_to_write(const std::string& directory, const std::string& file);

using FileIdentity = std::pair<std::uint64_t, std::uint64_t>;  // device and inode; zeros when there is none
FileIdentity identity_of(const std::string& file);

}  // namespace touchstone::approval
