// What a source of truth says an object should be, and whether it is that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/provider.hpp"

namespace touchstone {

// What is not said is not compared, and not covered.
struct Stated {
    struct Content {
        std::string algorithm;  // as OpenSSL calls it
        std::string digest;     // raw
    };
    std::optional<FileType> type;
    std::optional<std::uint32_t> mode;  // the 07777 bits
    std::optional<std::uint32_t> uid, gid;
    std::optional<std::uint64_t> size;  // of regular files
    std::optional<std::uint64_t> rdev;
    std::optional<std::uint64_t> link_count;  // covered when it is that; more or fewer names elsewhere do not make it another object
    std::optional<std::string> link_target;
    std::optional<Content> content;
    std::map<std::string, std::string> xattrs;  // name to raw value; "" when there must be none of that name
};

struct Comparison {
    std::vector<std::string> covers;  // as Claim::covers: what was compared and is the same
    std::string differs;              // the first that is not, but for content: "mode is 0755, not 0644"; "" when all is the same
    std::string content_differs;      // as that, of size and digest
    bool same() const { return differs.empty() && content_differs.empty(); }
};

// Reads the content only when its size is the stated one and its digest is not known in the stated algorithm. nullopt: there is nothing, or it changed meanwhile and will
// be looked at again. Errors: as Question::read, and an algorithm that OpenSSL does not offer.
Result<std::optional<Comparison>> compare(const Stated& stated, const Question& question);

// "content, mode and owner": of `covers`, for Evidence::reason.
std::string covered_text(const std::vector<std::string>& covers);

}  // namespace touchstone
