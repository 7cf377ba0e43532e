#include "examination.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <climits>

#include "blocks.hpp"
#include "inode_flags.hpp"
#include "status.hpp"
#include "verity.hpp"
#include "xattrs.hpp"

namespace touchstone {
namespace {

// What is read of a file whose size is not that of its content (/proc, /sys); more is EFBIG.
constexpr std::uint64_t kMaxUnsized = 64 << 20;
constexpr std::size_t kMaxLinkTarget = PATH_MAX;  // symlink(2) takes no longer one

Tried<std::string> link_target_of(int path_fd) {
    std::string target(kMaxLinkTarget, '\0');
    const auto length = ::readlinkat(path_fd, "", target.data(), target.size());
    if (length < 0) return trouble("readlink");
    if (static_cast<std::size_t>(length) == target.size()) return trouble("readlink", ENAMETOOLONG);
    target.resize(static_cast<std::size_t>(length));
    return target;
}

}  // namespace

Tried<void> Examination::run(int path_fd) {
    if (seen_.type == FileType::symlink) {
        auto target = link_target_of(path_fd);
        if (!target) return tl::unexpected(target.error());
        seen_.link_target = std::move(*target);
    }
    const bool regular = seen_.type == FileType::regular, directory = seen_.type == FileType::directory;
    if (options_.profile == Profile::metadata || !(regular || directory)) return take_xattrs(xattrs_of_path(path_fd));
    const auto opened = reopen(path_fd, directory ? O_DIRECTORY : 0);
    if (!opened) {
        if (auto taken = take_xattrs(xattrs_of_path(path_fd)); !taken) return taken;
        // autofs answers ENOENT for a mount point that nobody has used yet: opening would mount it, and it has no flags.
        return directory && opened.error().error == ENOENT ? Tried<void>() : tl::unexpected(opened.error());
    }
    return run_opened(opened->get());
}

Tried<void> Examination::run_opened(int fd) {
    if (auto taken = take_xattrs(xattrs_of(fd)); !taken) return taken;
    if (auto read = read_inode_flags(fd, seen_); !read || seen_.type == FileType::directory) return read;
    if (auto measured = read_verity(fd, seen_); !measured) return measured;
    return options_.profile == Profile::log ? digest_blocks(fd) : digest_file(fd);
}

Tried<void> Examination::take_xattrs(Tried<std::map<std::string, std::string>> xattrs) {
    if (!xattrs) return tl::unexpected(xattrs.error());
    seen_.xattrs = std::move(*xattrs);
    return {};
}

Tried<void> Examination::digest_file(int fd) { return digest_without_reading() ? Tried<void>() : digest_content(fd); }

bool Examination::digest_without_reading() {
    std::optional<std::string> known;
    if (!seen_.verity.empty() && options_.digest_by_measurement) known = options_.digest_by_measurement(seen_);
    measured_ = known.has_value();
    if (!known && digest_ != nullptr) known = *digest_;
    if (!known && options_.known_digest) known = options_.known_digest(seen_);
    if (known) seen_.digest = std::move(*known);
    return known.has_value();
}

Tried<void> Examination::digest_content(int fd) {
    hasher_.begin();
    if (seen_.size <= options_.keep_content && options_.keep_content > 0) content_ = std::make_shared<std::string>();
    const auto hash = [this](std::string_view bytes) {
        hasher_.update(bytes);
        if (content_) keep(bytes);
        return true;
    };
    if (options_.before_reading && !options_.before_reading(seen_.size)) return trouble("read", ECANCELED);
    if (options_.is_mapped && options_.is_mapped(seen_.id)) ::fdatasync(fd);  // where it fails, the next store may go untold, and no more
    bool changed = false;
    const auto keep_going = [&] {
        changed = !is_unchanged(fd);
        return !changed && (!options_.keep_going || options_.keep_going());
    };
    auto reached = reader_.read(fd, 0, seen_.size, keep_going, hash);
    if (changed) return changing();
    if (!reached) return tl::unexpected(reached.error());
    if (seen_.size == 0 || *reached < seen_.size) {
        if (is_size_meaningless(fd)) {
            reached = reader_.read(fd, *reached, kMaxUnsized, options_.keep_going, hash);
            if (!reached) return tl::unexpected(reached.error());
            if (*reached >= kMaxUnsized) return trouble("read", EFBIG);
        } else if (*reached < seen_.size) {
            return changing();
        }
    }
    seen_.digest = hasher_.finish();
    if (seen_.digest.empty()) return trouble("digest", EIO);
    return {};
}

// Of files whose size is not that of their content more may come than was thought.
void Examination::keep(std::string_view bytes) {
    if (content_->size() + bytes.size() > options_.keep_content)
        content_.reset();
    else
        content_->append(bytes);
}

// What is read of a large file for nothing need not be read to its end.
bool Examination::is_unchanged(int fd) const {
    const auto status = status_of(fd);
    if (!status) return true;
    const auto now = attributes_of(*status);
    return now.size == seen_.size && now.ctime == seen_.ctime;
}

Tried<void> Examination::digest_blocks(int fd) {
    const auto* known = options_.known_blocks;
    const bool comparable = known != nullptr && is_well_formed(*known, hasher_.algorithm());
    if (known != nullptr && !comparable) continuity_ = LogContinuity{false, 0, true};
    const bool trust_old = comparable && !options_.verify_all && seen_.size >= known->size;
    const auto start = trust_old ? start_of_last_block(*known) : 0;
    auto walked = walk_blocks(fd, comparable ? known : nullptr, start);
    // The old end is not what it was, so the rest of the old part is not to be believed either: read all of it.
    if (walked && start > 0 && !continuity_->held) walked = walk_blocks(fd, known, 0);
    return walked;
}

Tried<void> Examination::walk_blocks(int fd, const BlockDigests* known, std::uint64_t start) {
    if (options_.before_reading && !options_.before_reading(seen_.size - start)) return trouble("read", ECANCELED);
    BlockWalk walk(hasher_, known, start);
    const auto reached = reader_.read(fd, start, seen_.size, options_.keep_going, [&walk](std::string_view bytes) {
        walk.feed(bytes);
        return true;
    });
    if (!reached) return tl::unexpected(reached.error());
    if (*reached < seen_.size) return changing();
    seen_.blocks = walk.finish();
    if (!is_well_formed(*seen_.blocks, hasher_.algorithm())) return trouble("digest", EIO);
    if (known != nullptr) continuity_ = LogContinuity{!walk.first_difference(), walk.first_difference().value_or(0), start == 0};
    return {};
}

}  // namespace touchstone
