// Digests of 1 MiB blocks as the bytes go by, compared with what was known of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hasher.hpp"
#include "touchstone/object.hpp"

namespace touchstone {

// Sizes of the digests fit the size of the file: what a database says is not believed unseen.
bool is_well_formed(const BlockDigests& blocks, DigestAlgorithm algorithm);

// Where to begin reading so that the last known byte is read again: the start of its block.
std::uint64_t start_of_last_block(const BlockDigests& known);

class BlockWalk {
public:
    // `start` is a block boundary; the digests of the blocks before it are taken over from `known`, which must be well formed
    // and, as the hasher, outlive the walk. Null: nothing is compared.
    BlockWalk(Hasher& hasher, const BlockDigests* known, std::uint64_t start);

    void feed(std::string_view bytes);
    BlockDigests finish();

    // Index of the first block seen to differ from what was known; after finish() also of the first that is short.
    std::optional<std::uint64_t> first_difference() const { return first_difference_; }
    std::uint64_t position() const { return position_; }

private:
    std::uint64_t next_stop() const;
    void compare_tail();
    void close_block();
    void note_difference(std::uint64_t block);

    Hasher& hasher_;
    const BlockDigests* known_;
    BlockDigests made_;
    std::uint64_t position_;
    std::optional<std::uint64_t> first_difference_;
};

}  // namespace touchstone
