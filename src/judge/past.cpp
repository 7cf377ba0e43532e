#include "past.hpp"

namespace touchstone {

Profile profile_of(const Subject& subject) { return subject.rule ? subject.rule->profile : Profile::content; }

const Observation* last_known(const Subject& subject) {
    if (subject.reported) return &*subject.reported;
    return subject.baseline ? &*subject.baseline : nullptr;
}

bool was_there(const Subject& subject) {
    const auto* known = last_known(subject);
    return known && !known->absent();
}

bool is_there(const Subject& subject) { return !subject.now.absent(); }

const Attributes* attributes_of(const Look& look) {
    if (const auto* attributes = std::get_if<Attributes>(&look)) return attributes;
    const auto* unreadable = std::get_if<Unreadable>(&look);
    return unreadable && unreadable->seen ? &*unreadable->seen : nullptr;
}

const Attributes* known_attributes(const Subject& subject) {
    const auto* known = last_known(subject);
    return known ? attributes_of(known->look) : nullptr;
}

Identity identity(const Attributes* before, const Attributes* after) {
    if (!before || !after || before->id.inode == 0 || after->id.inode == 0) return Identity::unknown;
    return before->id.inode == after->id.inode && before->type == after->type ? Identity::same : Identity::other;
}

Attributes laid_over(const Attributes& known, const Attributes& seen) {
    if (known.type != seen.type) return seen;
    Attributes merged = seen;
    if (merged.link_target.empty()) merged.link_target = known.link_target;
    if (merged.xattrs.empty()) merged.xattrs = known.xattrs;
    if (merged.digest.empty()) merged.digest = known.digest;
    if (merged.verity.empty()) merged.verity = known.verity;
    if (!merged.blocks) merged.blocks = known.blocks;
    if (merged.project_id == 0) merged.project_id = known.project_id;
    if (merged.inode_flags == 0) merged.inode_flags = known.inode_flags;
    return merged;
}

std::optional<Observation> expected_of(const std::optional<Observation>& baseline, const std::optional<Observation>& reported) {
    if (!reported || !reported->follows_baseline) return baseline;
    const auto* should = baseline ? baseline->attributes() : nullptr;
    const auto* content = attributes_of(reported->look);
    if (!should || !content) return reported;
    Observation expected = *reported;
    Attributes attributes = *should;
    attributes.size = content->size;
    attributes.digest = content->digest;
    attributes.blocks = content->blocks;
    attributes.id = content->id;
    attributes.mtime = content->mtime;
    attributes.ctime = content->ctime;
    expected.look = std::move(attributes);
    return expected;
}

}  // namespace touchstone
