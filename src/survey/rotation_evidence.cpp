#include "rotation_evidence.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/rotation.hpp"

namespace touchstone {
namespace {

// Rotations of one log lie in its directory; where that cannot be listed there is no evidence.
std::vector<std::string> present_names(const std::string& directory) {
    std::vector<std::string> names;
    const auto place = open_nofollow(directory, O_DIRECTORY);  // an O_PATH descriptor, which cannot be listed itself
    if (!place) return names;
    Fd fd(::openat(place->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.get()), ::closedir);
    if (!listing) return names;
    fd.release();
    while (const dirent* entry = ::readdir(listing.get())) names.emplace_back(entry->d_name);
    return names;
}

// Still the same file, and not shorter: it has not been rotated, whatever else holds a copy of it.
bool is_in_place(const std::string& directory, const std::string& name, const Attributes& known) {
    const auto fd = open_nofollow(directory, O_DIRECTORY);
    if (!fd) return false;
    const auto now = stat_at(fd->get(), name.c_str());
    return now && now->id == known.id && now->size >= known.size;
}

std::optional<ObjectId> identity(const std::string& directory, const std::string& name) {
    const auto fd = open_nofollow(directory, O_DIRECTORY);
    if (!fd) return std::nullopt;
    const auto now = stat_at(fd->get(), name.c_str());
    return now ? std::optional(now->id) : std::nullopt;
}

}  // namespace

std::vector<std::string> family_of(const std::string& name, const std::vector<std::string>& logs, const std::vector<std::string>& names) {
    std::vector<std::string> family = rotation_candidates(name, names);
    const auto add = [&](const std::string& member) {
        if (member != name && std::find(family.begin(), family.end(), member) == family.end()) family.push_back(member);
    };
    for (const auto& log : logs) {
        if (log == name || log.empty() || log[0] != name[0] || rotation_candidates(log, {name}).empty()) continue;
        for (const auto& member : rotation_candidates(log, names)) add(member);
        if (std::find(names.begin(), names.end(), log) != names.end()) add(log);
    }
    return family;
}

Result<std::optional<std::string>> RotationEvidence::now_at(const std::string& path, const BlockDigests& known) {
    const std::string directory(split_path(path).directory);
    const std::string name(split_path(path).name);
    auto logs = known_names(directory);
    if (!logs) return fail(logs.error());
    const auto family = family_of(name, *logs, present_names(directory));
    if (known.size == 0) return moved_to(path, family);
    for (const auto& member : family) {
        const std::string candidate = join_path(directory, member);
        if (holds(candidate, known)) return candidate;
    }
    return std::optional<std::string>();
}

// Nothing was known of an empty log, so anything would hold it: only its own inode is evidence.
Result<std::optional<std::string>> RotationEvidence::moved_to(const std::string& path, const std::vector<std::string>& family) {
    const std::string directory(split_path(path).directory);
    auto expected = expected_.find(path);
    if (!expected) return fail(expected.error());
    const Attributes* was = *expected ? (*expected)->attributes() : nullptr;
    if (!was) return std::optional<std::string>();
    for (const auto& member : family)
        if (identity(directory, member) == was->id) return join_path(directory, member);
    return std::optional<std::string>();
}

Result<std::optional<std::string>> RotationEvidence::came_from(const std::string& path) {
    const std::string directory(split_path(path).directory);
    const std::string name(split_path(path).name);
    auto logs = known_names(directory);
    if (!logs) return fail(logs.error());
    for (const auto& member : family_of(name, *logs, *logs)) {
        const std::string source = join_path(directory, member);
        auto expected = expected_.find(source);
        if (!expected) return fail(expected.error());
        const Attributes* was = *expected ? (*expected)->attributes() : nullptr;
        if (!was || !was->blocks || is_in_place(directory, member, *was)) continue;
        const bool same = was->blocks->size > 0 ? holds(path, *was->blocks) : identity(directory, name) == was->id;
        if (same) return source;
    }
    return std::optional<std::string>();
}

Result<std::vector<std::string>> RotationEvidence::known_names(const std::string& directory) {
    std::vector<std::string> names;
    auto listed = expected_.children(directory, [&](const Glance& glance) {
        if (glance.type == FileType::regular) names.push_back(glance.name);
        return true;
    });
    if (!listed) return fail(listed.error());
    return names;
}

// An error is no evidence; a cancelled survey reports nothing anyway.
bool RotationEvidence::holds(const std::string& path, const BlockDigests& known) const {
    const auto held = holds_known(path, known, digest_, keep_going_);
    return held && *held;
}

}  // namespace touchstone
