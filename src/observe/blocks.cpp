#include "blocks.hpp"

#include <algorithm>

namespace touchstone {
namespace {

constexpr auto kBlock = BlockDigests::kBlockSize;

}  // namespace

bool is_well_formed(const BlockDigests& blocks, DigestAlgorithm algorithm) {
    const auto size = digest_size(algorithm);
    return blocks.full.size() % size == 0 && blocks.full.size() / size == blocks.size / kBlock &&
           blocks.tail.size() == (blocks.size % kBlock == 0 ? 0 : size);
}

std::uint64_t start_of_last_block(const BlockDigests& known) { return known.size == 0 ? 0 : (known.size - 1) / kBlock * kBlock; }

BlockWalk::BlockWalk(Hasher& hasher, const BlockDigests* known, std::uint64_t start)
    : hasher_(hasher), known_(known), position_(start) {
    if (known_ != nullptr) made_.full = known_->full.substr(0, start / kBlock * digest_size(hasher_.algorithm()));
    hasher_.begin();
}

void BlockWalk::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(next_stop() - position_, bytes.size()));
        hasher_.update(bytes.substr(0, take));
        bytes.remove_prefix(take);
        position_ += take;
        if (position_ % kBlock == 0)
            close_block();
        else if (known_ != nullptr && position_ == known_->size)
            compare_tail();
    }
}

std::uint64_t BlockWalk::next_stop() const {
    const auto block_end = (position_ / kBlock + 1) * kBlock;
    return known_ != nullptr && position_ < known_->size ? std::min(block_end, known_->size) : block_end;
}

void BlockWalk::compare_tail() {
    if (hasher_.peek() != known_->tail) note_difference(position_ / kBlock);
}

void BlockWalk::close_block() {
    const auto digest = hasher_.finish();
    const auto size = digest_size(hasher_.algorithm());
    const auto block = position_ / kBlock - 1;
    if (known_ != nullptr && position_ <= known_->size && known_->full.compare(block * size, size, digest) != 0) note_difference(block);
    made_.full += digest;
    hasher_.begin();
}

void BlockWalk::note_difference(std::uint64_t block) {
    if (!first_difference_) first_difference_ = block;
}

BlockDigests BlockWalk::finish() {
    if (known_ != nullptr && position_ < known_->size) note_difference(position_ / kBlock);
    made_.size = position_;
    if (position_ % kBlock != 0) made_.tail = hasher_.finish();
    return std::move(made_);
}

}  // namespace touchstone
