// The records that read(2) of a fanotify descriptor gives, taken apart. Pure, and trusts nothing: every length is checked against what is left.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "handle.hpp"

namespace touchstone {

struct FanotifyObject {
    std::uint64_t fsid = 0;
    HandleView handle;
};

struct FanotifyName {
    FanotifyObject directory;
    std::string_view name;  // one component, or "." for the directory itself
};

// Views into the buffer that was decoded.
struct FanotifyEvent {
    std::uint64_t mask = 0;
    std::int32_t pid = 0;
    int pidfd = -1;  // to be closed by whoever decodes, also when `malformed`
    int fd = -1;     // never given in our mode, but if it were, it would leak
    std::optional<FanotifyObject> object;
    std::optional<FanotifyName> at;    // where it happened
    std::optional<FanotifyName> from;  // of a rename; either end may be missing
    std::optional<FanotifyName> to;
    const char* malformed = nullptr;  // why the record makes no sense; the other fields are what could be read
};

// Takes the first record off `buffer`; nullopt when it is empty. A record whose length cannot be believed takes all that is left.
std::optional<FanotifyEvent> decode_fanotify(std::string_view& buffer);

}  // namespace touchstone
