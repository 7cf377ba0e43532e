// A rendered configuration: Ignition of version 3, or a MachineConfig around one.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "../accounts.hpp"
#include "../stated.hpp"

namespace touchstone::ignition {

struct Configuration {
    std::string name;  // metadata.name of a MachineConfig, else ""
    struct Entry {
        Stated stated;
        std::string user, group;  // by name, when it is not by number
    };
    std::map<std::string, Entry> entries;  // by path
};

// bad_input: what is wrong, and where: "storage.files[2].mode: ...". All of it is refused then. Contents are held as digests only.
Result<Configuration> parse_configuration(std::string_view text);

inline constexpr std::size_t kMostContent = 64 << 20;  // bytes of one file, decompressed

}  // namespace touchstone::ignition
