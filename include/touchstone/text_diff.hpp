// The difference of a text before and after, as an event shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace touchstone {

struct DiffSettings {
    std::uint32_t file_bytes = 256 << 10;   // larger files are not compared
    std::uint32_t text_bytes = 16 << 10;    // of the difference in an event; the rest is counted
    std::uint32_t copies = 20'000;          // files of which a copy is kept
    std::uint32_t copies_bytes = 64 << 20;  // of all copies together
    std::vector<std::string> mask;          // patterns of further secrets (mask.hpp)
    bool operator==(const DiffSettings&) const = default;
};

// Secrets are masked in it. Either `text` or `why_not` is empty.
struct TextDiff {
    std::string before, after;  // raw digests of the contents compared; both empty where there is nothing to hold against a finding
    std::string text;           // unified, of whole lines, valid UTF-8
    std::string why_not;        // one phrase, why there is none
    std::uint64_t added = 0, removed = 0;  // lines
    std::uint64_t omitted = 0;             // lines of the difference for which there was no room in `text`
    bool operator==(const TextDiff&) const = default;
};

}  // namespace touchstone
