#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "rotation_memory.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/rotation.hpp"
#include "touchstone/rotation_names.hpp"

namespace touchstone {
namespace {

// Rotations of one log lie in its directory; where that cannot be listed there is no evidence.
std::vector<std::string> names_in(const std::string& directory) {
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

std::optional<KnownLog> as_log(const std::string& path, const std::optional<Observation>& row) {
    const Attributes* known = row ? row->seen() : nullptr;
    if (known == nullptr || known->type != FileType::regular || !known->blocks) return std::nullopt;
    return KnownLog{path, known->id, known->mode, known->uid, known->gid, *known->blocks, row->looked_at};
}

// Within one rotation a log may be looked at after what was made of it.
constexpr Nanoseconds kSameRotation = std::chrono::seconds(1);

// By inode number alone: that of the device may change with a restart, and a rename never leaves the file system.
bool same_inode(const ObjectId& one, const ObjectId& other) { return one.inode != 0 && one.inode == other.inode; }

// The search for the evidence about one name.
class Search {
public:
    Search(const Observation& now, KnownReader& known, RotationMemory& memory, DigestAlgorithm algorithm, const std::function<bool()>& keep_going)
        : now_(now), known_(known), memory_(memory), algorithm_(algorithm), keep_going_(keep_going),
          directory_(split_path(now.path).directory), name_(split_path(now.path).name) {}

    Result<Rotation> run() {
        const auto row = look_up(now_.path);
        const bool held = now_.continuity && now_.continuity->held;
        const auto was = as_log(now_.path, row);
        // Copied while it was empty, and written to before the copy is looked at.
        if (held && was && was->blocks.size == 0 && now_.seen() != nullptr && now_.seen()->size > 0) memory_.add(*was, now_.path, now_.looked_at);
        if (now_.unreadable() == nullptr && !held) {
            earlier_ = earlier_logs();
            if (was)
                found_.to = where_it_is(*was);
            else if (now_.absent() && (!row || row->absent()))
                found_.to = passed_on_to();
            if (now_.attributes() != nullptr) find_origin(!row || row->absent());
            found_.dropped = was && was->blocks.size > 0 && found_.from && !found_.to && whole_row_moved();
        }
        if (failure_) return fail(*failure_);
        return std::move(found_);
    }

private:
    struct Earlier {
        KnownLog log;
        bool may_be_copied;
    };

    std::optional<Observation> look_up(const std::string& path) {
        auto row = known_.find(path);
        if (row) return std::move(*row);
        failure_ = row.error();
        return std::nullopt;
    }

    bool holds(const std::string& path, const BlockDigests& blocks) const {
        const auto held = holds_known(path, blocks, algorithm_, keep_going_);
        return held && *held;
    }

    std::optional<StatView> stat_of(const std::string& path) const {
        const auto place = open_nofollow(path, 0);
        const auto seen = place ? stat_at(place->get(), "") : Result<StatView>(fail(place.error()));
        return seen ? std::optional(*seen) : std::nullopt;
    }

    // What is known, or was until lately, under the names that this one may have had before; what is likeliest first.
    std::vector<Earlier> earlier_logs() {
        std::vector<Earlier> logs;
        for (const auto& earlier : earlier_names(name_)) {
            const auto path = join_path(directory_, earlier.name);
            if (auto log = as_log(path, look_up(path))) logs.push_back({std::move(*log), earlier.may_be_copied});
            for (auto& shown : memory_.of(path, now_.looked_at)) logs.push_back({std::move(shown.log), earlier.may_be_copied});
        }
        const Attributes* is = now_.attributes();
        const auto likelier = [is](const Earlier& one, const Earlier& other) {
            const bool one_moved = is != nullptr && same_inode(one.log.id, is->id);
            const bool other_moved = is != nullptr && same_inode(other.log.id, is->id);
            return one_moved != other_moved ? one_moved : one.log.blocks.size > other.log.blocks.size;
        };
        std::stable_sort(logs.begin(), logs.end(), likelier);
        return logs;
    }

    // ---- whose content this is ----

    void find_origin(bool is_new) {
        for (const auto& earlier : earlier_) {
            if (!is_made_of(earlier)) continue;
            found_.from = earlier.log.path;
            memory_.add(earlier.log, now_.path, now_.looked_at);
            return;
        }
        if (earlier_.empty()) return;
        const auto still = stat_of(now_.path);
        found_.outdated = !still || !same_inode(still->id, now_.attributes()->id);
        if (is_new)
            for (const auto& earlier : earlier_) found_.awaits = std::max(found_.awaits.value_or(0), earlier.log.blocks.size);
    }

    bool is_made_of(const Earlier& earlier) const {
        const Attributes& is = *now_.attributes();
        const KnownLog& log = earlier.log;
        const bool open_to_more = (is.mode & ~log.mode) != 0 || is.uid != log.uid || is.gid != log.gid;
        if (is.type != FileType::regular || open_to_more) return false;
        const bool moved = same_inode(is.id, log.id);
        if (!moved && !earlier.may_be_copied && is_in_place(log)) return false;
        if (moved && log.blocks.size == 0) return true;
        return (is.blocks == log.blocks && log.blocks.size > 0) || holds(now_.path, log.blocks);
    }

    bool is_in_place(const KnownLog& log) const {
        const auto there = stat_of(log.path);
        return there && same_inode(there->id, log.id) && there->size >= log.blocks.size;
    }

    // ---- where its content is ----

    std::optional<std::string> where_it_is(const KnownLog& was) {
        for (const auto& name : later_names(name_, names_in(directory_))) {
            const auto path = join_path(directory_, name);
            if (!went_to(was, path)) continue;
            memory_.add(was, path, now_.looked_at);
            return path;
        }
        return std::nullopt;
    }

    bool went_to(const KnownLog& was, const std::string& path) {
        const auto there = stat_of(path);
        if (!there || there->type != FileType::regular) return false;
        if (same_inode(there->id, was.id)) return was.blocks.size == 0 || holds(path, was.blocks);
        return holds(path, was.blocks) && is_fresh(path, *there, was.known_at);
    }

    // Did it become what it is after the log was as it is known? What held a log's content before that went proves nothing.
    bool is_fresh(const std::string& path, const StatView& there, WallTime known_at) {
        if (const auto shown = memory_.shown_at(path, now_.looked_at); shown && *shown + kSameRotation >= known_at) return true;
        const auto row = look_up(path);
        if (!row || row->absent()) return true;
        const Attributes* was = row->seen();
        if (was == nullptr) return false;
        if (!same_inode(was->id, there.id)) return true;
        return was->blocks && !holds(path, *was->blocks);
    }

    // "app.log.1" came and went, and "app.log.1.gz" holds what was known of "app.log": it was what the compressor read.
    std::optional<std::string> passed_on_to() {
        if (earlier_.empty()) return std::nullopt;
        for (const auto& compressed : compressed_names(name_)) {
            const auto path = join_path(directory_, compressed);
            const auto holds_it = [&](const Earlier& earlier) { return earlier.log.path != path && holds(path, earlier.log.blocks); };
            if (std::any_of(earlier_.begin(), earlier_.end(), holds_it)) return path;
        }
        return std::nullopt;
    }

    // Does no other rotation of the log, nor the log itself, still stand where it was known? Then all moved up, and the last had to go.
    bool whole_row_moved() {
        std::vector<std::string> names;
        const auto listed = known_.children(directory_, [&](const Glance& glance) {
            if (glance.name != name_ && are_of_one_log(glance.name, name_)) names.push_back(glance.name);
            return true;
        });
        if (!listed) failure_ = listed.error();
        return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
            const auto path = join_path(directory_, name);
            if (went_elsewhere(path)) return false;
            const auto log = as_log(path, look_up(path));
            return log && log->blocks.size > 0 && holds(path, log->blocks);
        });
    }

    bool went_elsewhere(const std::string& path) const {
        const auto shown = memory_.of(path, now_.looked_at);
        return std::any_of(shown.begin(), shown.end(), [&](const RotationMemory::Shown& each) { return each.to != path; });
    }

    const Observation& now_;
    KnownReader& known_;
    RotationMemory& memory_;
    const DigestAlgorithm algorithm_;
    const std::function<bool()>& keep_going_;
    const std::string directory_, name_;
    std::vector<Earlier> earlier_;
    Rotation found_;
    std::optional<Error> failure_;
};

}  // namespace

struct RotationEvidence::Impl {
    DigestAlgorithm algorithm;
    RotationMemory memory;
};

RotationEvidence::RotationEvidence(DigestAlgorithm algorithm) : impl_(std::make_unique<Impl>()) { impl_->algorithm = algorithm; }
RotationEvidence::RotationEvidence(RotationEvidence&&) noexcept = default;
RotationEvidence& RotationEvidence::operator=(RotationEvidence&&) noexcept = default;
RotationEvidence::~RotationEvidence() = default;

Result<Rotation> RotationEvidence::find(const Observation& now, KnownReader& known, const std::function<bool()>& keep_going) {
    return Search(now, known, impl_->memory, impl_->algorithm, keep_going).run();
}

}  // namespace touchstone
