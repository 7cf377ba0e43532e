// The least that any comparison of a whole tree must do: list every directory and call statx(2) on every entry.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

struct Walked {
    std::uint64_t directories = 0;
    std::uint64_t entries = 0;   // the root is none
    std::uint64_t failures = 0;  // directories and entries that could not be read
};

// `threads` threads share the directories. Symbolic links are not followed, mounts are crossed.
Walked plain_walk(const std::string& root, unsigned threads);

}  // namespace bench
