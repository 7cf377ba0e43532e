// Users and groups by name, from the root's own files: the archives name owners, and dpkg looks the names up there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace touchstone::dpkg {

class Accounts {
public:
    // ROOT/etc/passwd and ROOT/etc/group; what cannot be read has no names.
    static Accounts read(const std::string& root);
    static Accounts parse(std::string_view passwd, std::string_view group);

    std::optional<std::uint32_t> user(const std::string& name) const;
    std::optional<std::uint32_t> group(const std::string& name) const;

private:
    std::unordered_map<std::string, std::uint32_t> users_, groups_;
};

}  // namespace touchstone::dpkg
