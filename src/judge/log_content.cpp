#include "log_content.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

bool same_content(const Attributes* one, const Attributes* other) { return one && other && one->blocks && one->blocks == other->blocks; }

const Attributes* baseline_attributes(const Subject& subject) { return subject.baseline ? attributes_of(subject.baseline->look) : nullptr; }

// Digest of one block; empty when there is no such block.
std::string block_digest(const BlockDigests& blocks, std::uint64_t index) {
    const auto whole = blocks.size / BlockDigests::kBlockSize;
    if (index == whole) return blocks.tail;
    if (index > whole || whole == 0 || blocks.full.size() % whole != 0) return {};
    const auto size = blocks.full.size() / whole;
    return blocks.full.substr(index * size, size);
}

// What the digests alone can tell, when the look did not. A tail that has grown cannot be compared.
LogContinuity compare_blocks(const BlockDigests& before, const BlockDigests& now) {
    LogContinuity result;
    const auto whole = before.size / BlockDigests::kBlockSize;
    const auto now_whole = now.size / BlockDigests::kBlockSize;
    for (; result.first_difference < std::min(whole, now_whole); ++result.first_difference)
        if (block_digest(before, result.first_difference) != block_digest(now, result.first_difference)) return result;
    result.held = now.size > before.size || (now.size == before.size && now.tail == before.tail);
    return result;
}

LogContinuity continuity(const Subject& subject, const Attributes& before, const Attributes& now) {
    if (subject.now.continuity) return *subject.now.continuity;
    if (before.blocks && now.blocks) return compare_blocks(*before.blocks, *now.blocks);
    return {.held = now.size >= before.size};
}

Change block_change(std::uint64_t index, const Attributes& before, const Attributes& now) {
    Change change{fmt::format("block.{}", index), {}, {}};
    if (before.blocks && now.blocks) {
        change.before = to_hex(block_digest(*before.blocks, index));
        change.after = to_hex(block_digest(*now.blocks, index));
    }
    if (change.before.empty() || change.after.empty() || change.before == change.after) {
        change.before = fmt::to_string(before.size);
        change.after = fmt::to_string(now.size);
    }
    return change;
}

std::string what_happened(const Attributes& before, const Attributes& now) {
    if (identity(&before, &now) == Identity::other) return "replaced, but its old content is not in any sibling";
    if (now.size < before.size) return "shrunk, but its old content is not in any sibling";
    return "its old content was rewritten";
}

// Rotation moved the log away, and its writer has made it again.
bool made_again_after_rotation(const Subject& subject) {
    return subject.reported && subject.reported->absent() && subject.reported->follows_baseline && baseline_attributes(subject);
}

}  // namespace

bool descends_from_baseline(const Subject& subject) {
    if (!subject.reported) return subject.baseline.has_value();
    return subject.reported->follows_baseline || same_content(attributes_of(subject.reported->look), baseline_attributes(subject));
}

LogContent content_of(const Subject& subject, const Subject* before, const Subject* rotated_from, bool rotated_away) {
    LogContent result;
    const auto* now = subject.now.attributes();
    if (!now || now->type != FileType::regular) return result;
    const bool at_baseline = same_content(now, baseline_attributes(subject));
    const auto* known = before ? known_attributes(*before) : nullptr;
    const bool was_log = known && known->type == FileType::regular;
    if (was_log) {
        const auto held = continuity(subject, *known, *now);
        result.intact = held.held || rotated_away || subject.rotation.dropped;
        if (!result.intact) {
            result.change = block_change(held.first_difference, *known, *now);
            result.reason = what_happened(*known, *now);
        }
    }
    if (subject.rotation.from)
        result.follows = result.intact && (!rotated_from || descends_from_baseline(*rotated_from));
    else if (was_log)
        result.follows = result.intact && before == &subject && descends_from_baseline(subject);
    else
        result.follows = made_again_after_rotation(subject);
    result.follows = result.follows || at_baseline;
    return result;
}

}  // namespace touchstone
