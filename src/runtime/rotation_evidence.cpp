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

constexpr std::size_t kSiblings = 4'096;

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    const auto place = open_nofollow(directory, O_DIRECTORY);  // an O_PATH descriptor, which cannot be listed itself
    if (!place) return names;
    Fd fd(::openat(place->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
    if (!stream) return names;
    fd.release();
    while (const dirent* entry = ::readdir(stream.get())) {
        if (names.size() >= kSiblings) break;
        names.emplace_back(entry->d_name);
    }
    return names;
}

// The log that `name` is, or is a rotation of, and its rotations: base first.
std::vector<std::string> family_of(const std::string& directory, const std::string& name, const std::vector<std::string>& names) {
    const auto with_rotations = [&](const std::string& base) {
        std::vector<std::string> family{base};
        for (auto& each : rotation_candidates(join_path(directory, base), names)) family.push_back(std::move(each));
        return family;
    };
    for (const auto& base : names) {
        if (base == name || !name.starts_with(base.substr(0, base.find_last_of('.')))) continue;
        auto family = with_rotations(base);
        if (std::find(family.begin(), family.end(), name) != family.end()) return family;
    }
    return with_rotations(name);
}

const BlockDigests* known_blocks(const std::optional<Observation>& row) {
    if (!row || row->attributes() == nullptr || !row->attributes()->blocks) return nullptr;
    return &*row->attributes()->blocks;
}

std::optional<Observation> find(KnownStore& known, const std::string& path) {
    auto row = known.find(path);
    return row ? std::move(*row) : std::nullopt;
}

}  // namespace

void RotationMemory::find_evidence(Looked& looked, KnownStore& known, const std::function<bool()>& keep_going) {
    for (auto& subject : looked.subjects)
        if (subject.rule->profile == Profile::log) examine(subject, known, keep_going);
}

void RotationMemory::examine(Subject& subject, KnownStore& known, const std::function<bool()>& keep_going) {
    if (subject.now.continuity && subject.now.continuity->held) return;
    const std::string& path = subject.touch.path;
    const auto split = split_path(path);
    const std::string directory(split.directory);
    const auto row = find(known, path);
    const BlockDigests* blocks = known_blocks(row);
    const bool there = subject.now.attributes() != nullptr;

    auto names = names_in(directory);
    const auto is_made_of_it = [prefix = std::string(split.name) + '.'](const std::string& each) { return each.starts_with(prefix); };
    if (blocks == nullptr && !there && std::none_of(names.begin(), names.end(), is_made_of_it)) return;
    const auto lately = recall(directory);
    for (const auto& each : lately) names.emplace_back(split_path(each.path).name);
    if (std::find(names.begin(), names.end(), split.name) == names.end()) names.emplace_back(split.name);
    const auto family = family_of(directory, std::string(split.name), names);

    if (blocks == nullptr && !there) return examine_passing(subject, family, lately, known, keep_going);
    if (blocks != nullptr && blocks->size > 0) {
        for (const auto& member : family) {
            const auto candidate = join_path(directory, member);
            if (candidate == path) continue;
            if (const auto holds = holds_known(candidate, *blocks, algorithm_, keep_going); holds && *holds) {
                subject.rotated_to = candidate;
                remember(path, *blocks);
                break;
            }
        }
    }
    if (!there) return;
    const auto holds_what_was_known_of = [&](const std::string& other, const BlockDigests& of_other) {
        if (other == path || of_other.size == 0) return false;
        const auto holds = holds_known(path, of_other, algorithm_, keep_going);
        if (!holds || !*holds) return false;
        subject.rotated_from = other;
        remember(other, of_other);
        return true;
    };
    for (const auto& member : family) {
        const auto other = join_path(directory, member);
        const auto other_row = find(known, other);
        const BlockDigests* of_other = known_blocks(other_row);
        if (of_other == nullptr) continue;
        if (holds_what_was_known_of(other, *of_other)) return;
        // Anything would hold an empty log: only its own inode is evidence.
        if (other != path && of_other->size == 0 && other_row->attributes()->id == subject.now.attributes()->id) {
            subject.rotated_from = other;
            return;
        }
    }
    for (const auto& each : lately)
        if (std::find(family.begin(), family.end(), split_path(each.path).name) != family.end() && holds_what_was_known_of(each.path, each.blocks)) return;
}

// "app.log.1" came and went, and "app.log.1.gz" holds what was known of a log of the family: it was what the compressor read.
void RotationMemory::examine_passing(Subject& subject, const std::vector<std::string>& family, const std::vector<Remembered>& lately,
                                     KnownStore& known, const std::function<bool()>& keep_going) {
    const auto split = split_path(subject.touch.path);
    const std::string prefix = std::string(split.name) + '.';
    for (const auto& compressed : family) {
        if (!compressed.starts_with(prefix)) continue;
        const auto candidate = join_path(std::string(split.directory), compressed);
        const auto holds = [&](const BlockDigests& blocks) {
            if (blocks.size == 0) return false;
            const auto held = holds_known(candidate, blocks, algorithm_, keep_going);
            return held && *held;
        };
        const auto in_family = [&](const Remembered& each) { return std::find(family.begin(), family.end(), split_path(each.path).name) != family.end(); };
        bool found = std::any_of(lately.begin(), lately.end(), [&](const Remembered& each) { return in_family(each) && holds(each.blocks); });
        for (std::size_t i = 0; i < family.size() && !found; ++i) {
            const auto row = find(known, join_path(std::string(split.directory), family[i]));
            const BlockDigests* blocks = known_blocks(row);
            found = blocks != nullptr && family[i] != compressed && holds(*blocks);
        }
        if (!found) continue;
        subject.rotated_to = candidate;
        return;
    }
}

std::vector<RotationMemory::Remembered> RotationMemory::recall(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    std::vector<Remembered> found;
    for (const auto& each : remembered_)
        if (split_path(each.path).directory == directory) found.push_back(each);
    return found;
}

void RotationMemory::remember(const std::string& path, const BlockDigests& blocks) {
    const std::lock_guard lock(mutex_);
    std::erase_if(remembered_, [&](const Remembered& each) { return each.path == path && each.blocks == blocks; });
    remembered_.push_back({path, blocks});
    if (remembered_.size() > kRemembered) remembered_.pop_front();
}

}  // namespace touchstone
