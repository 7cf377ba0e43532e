#include <fmt/format.h>
#include <linux/fs.h>

#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/judge.hpp"

namespace touchstone {
namespace {

using Changes = std::vector<Change>;

// Lists `attribute` when its values differ.
template <typename Value, typename Text>
void compare(Changes& changes, std::string_view attribute, const Value& before, const Value& after, Text text) {
    if (before != after) changes.push_back({std::string(attribute), text(before), text(after)});
}

bool both(const Attributes& before, const Attributes& after, FileType type) { return before.type == type && after.type == type; }

bool is_device(FileType type) { return type == FileType::block_device || type == FileType::character_device; }

// Only these are opened, so only these have what is asked through a descriptor.
bool is_opened(FileType type) { return type == FileType::regular || type == FileType::directory; }

void compare_digest(Changes& changes, const Attributes& before, const Attributes& after, DigestAlgorithm algorithm) {
    const auto size = digest_size(algorithm);
    if (before.digest.size() != size || after.digest.size() != size) return;
    compare(changes, field_name(algorithm), before.digest, after.digest, [](const std::string& raw) { return to_hex(raw); });
}

// A row from before measurements were kept, and overlayfs, give the flag alone: of that no measurement is a difference.
bool is_verity_known(const Attributes& attributes) { return !attributes.verity.empty() || (attributes.inode_flags & FS_VERITY_FL) == 0; }

void compare_xattrs(Changes& changes, const Attributes& before, const Attributes& after) {
    auto b = before.xattrs.begin();
    auto a = after.xattrs.begin();
    const auto add = [&changes](const std::string& name, const std::string* old_value, const std::string* new_value) {
        changes.push_back({"xattr." + escape_invalid_utf8(name), old_value ? xattr_text(name, *old_value) : "",
                           new_value ? xattr_text(name, *new_value) : ""});
    };
    while (b != before.xattrs.end() || a != after.xattrs.end()) {
        if (a == after.xattrs.end() || (b != before.xattrs.end() && b->first < a->first)) {
            add(b->first, &b->second, nullptr);
            ++b;
        } else if (b == before.xattrs.end() || a->first < b->first) {
            add(a->first, nullptr, &a->second);
            ++a;
        } else {
            if (b->second != a->second) add(b->first, &b->second, &a->second);
            ++b;
            ++a;
        }
    }
}

}  // namespace

std::vector<Change> differences(const Attributes& before, const Attributes& after, Profile profile, DigestAlgorithm digest) {
    Changes changes;
    const auto number = [](auto value) { return fmt::to_string(value); };
    const auto bytes = [](const std::string& value) { return escape_invalid_utf8(value); };

    compare(changes, "type", before.type, after.type, [](FileType type) { return std::string(name_of(type)); });
    if (profile == Profile::presence) return changes;

    compare(changes, "mode", before.mode, after.mode, mode_text);
    compare(changes, "uid", before.uid, after.uid, number);
    compare(changes, "gid", before.gid, after.gid, number);
    const bool files = both(before, after, FileType::regular);
    if (files && profile != Profile::log) compare(changes, "size", before.size, after.size, number);
    if (files && profile == Profile::content) compare_digest(changes, before, after, digest);
    if (files && profile != Profile::metadata && is_verity_known(before) && is_verity_known(after)) compare(changes, "verity", before.verity, after.verity, bytes);
    if (both(before, after, FileType::symlink)) compare(changes, "link_target", before.link_target, after.link_target, bytes);
    if (files) compare(changes, "link_count", before.link_count, after.link_count, number);
    if (is_device(before.type) && is_device(after.type)) compare(changes, "rdev", before.rdev, after.rdev, device_text);
    if (profile != Profile::metadata && is_opened(before.type) && is_opened(after.type)) {
        compare(changes, "project_id", before.project_id, after.project_id, number);
        compare(changes, "inode_flags", before.inode_flags, after.inode_flags, number);
    }
    compare_xattrs(changes, before, after);
    return changes;
}

bool is_same_as_judged(const Observation& before, const Observation& after, Profile profile, DigestAlgorithm digest) {
    const Attributes* was = before.attributes();
    const Attributes* is = after.attributes();
    if (was == nullptr || is == nullptr) return before.look == after.look;
    return differences(*was, *is, profile, digest).empty();
}

}  // namespace touchstone
