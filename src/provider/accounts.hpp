// User and group names of a root directory, by its own etc/passwd and etc/group: sources of truth name owners, objects have numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "file_state.hpp"

namespace touchstone {

// Not thread-safe. Reads the files again when they changed; one that cannot be read names nobody but root.
class Accounts {
public:
    explicit Accounts(const std::string& root) : users_(root + "/etc/passwd"), groups_(root + "/etc/group") {}
    std::optional<std::uint32_t> uid_of(const std::string& name) { return users_.id_of(name); }
    std::optional<std::uint32_t> gid_of(const std::string& name) { return groups_.id_of(name); }

private:
    class Names {
    public:
        explicit Names(std::string path) : path_(std::move(path)) {}
        std::optional<std::uint32_t> id_of(const std::string& name);

    private:
        std::string path_;
        FileState read_in_;
        std::map<std::string, std::uint32_t> ids_;
    };
    Names users_, groups_;
};

}  // namespace touchstone
