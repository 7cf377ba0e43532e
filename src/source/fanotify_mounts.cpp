// FanotifySource's part for marks and the mount table.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "fanotify_impl.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr unsigned kUniqueMountId = 0x4000;  // STATX_MNT_ID_UNIQUE

bool concerns(const Policy& policy, const Mount& mount) { return standing_of(policy, mount.point) != Standing::none; }

bool contains(const std::vector<Mount>& mounts, const Mount& mount) { return std::find(mounts.begin(), mounts.end(), mount) != mounts.end(); }

}  // namespace

std::unordered_map<int, std::uint64_t> lasting_mount_ids(const std::vector<Mount>& mounts, const Policy& policy) {
    std::unordered_map<int, std::uint64_t> ids;
    for (const auto& mount : mounts) {
        if (!concerns(policy, mount)) continue;
        const Mount* top = mount_of(mounts, mount.point);
        struct statx status {};
        if (top == nullptr || top->id != mount.id) continue;
        if (::statx(AT_FDCWD, mount.point.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, kUniqueMountId, &status) != 0) continue;
        if ((status.stx_mask & kUniqueMountId) != 0) ids[mount.id] = status.stx_mnt_id;
    }
    return ids;
}

void FanotifySource::Impl::mark_planned(Outbox& out) {
    const MarkPlan plan = plan_marks(ground.policy(), ground.volumes.mounts(), options.filesystems);
    planned.clear();
    for (const auto& [device, mount] : plan.devices) planned.insert(device);
    for (auto& [id, volume] : ground.volumes.all()) {
        if (planned.contains(volume.device)) {
            if (volume.covered) continue;
            volume.refused = false;
            volume.witnessed = witness && witness->is_whole() && is_witnessed(volume.type);
            if (volume.witnessed) (void)probes.load()->watch_device(volume.device);
            const bool marked_before = volume.marking == Marking::file_system && volume.marked > ground_lost;
            marker.mark(ground.volumes, volume);
            if (!marked_before) {
                volume.marked = ++moment;
                volume.swept.clear();
            }
        } else if (volume.marking == Marking::file_system) {
            marker.unmark(volume);
        }
    }
    for (const auto& start : ground.policy().starts()) mark_way(start, out);
    watch_single_files();
}

// From the top: each directory is marked before it is asked for the next. So whatever comes, goes or changes places on the way is either found
// here or told by the mark of the directory that holds it.
void FanotifySource::Impl::mark_way(const std::string& path, Outbox& out) {
    Fd directory(::open("/", O_PATH | O_CLOEXEC | O_DIRECTORY));
    std::string_view rest(path);
    while (directory) {
        if (const auto volume = volume_of(directory.get())) {
            if ((*volume)->marking != Marking::none)
                mark_directory(**volume, path.substr(0, path.size() - rest.size()), directory.get(), out);
            else  // of a file system that holds no watch yet
                marker.mark_directory(ground.volumes, **volume, directory.get());
            ground.place(directory.get());
        }
        rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
        if (rest.empty()) return;
        const std::string name(rest.substr(0, rest.find('/')));
        rest.remove_prefix(name.size());
        directory.reset(::openat(directory.get(), name.c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW));
    }
}

// A file whose directory is not watched is known to the probes by itself.
void FanotifySource::Impl::watch_single_files() {
    if (!witness) return;
    for (const auto& rule : ground.policy().rules()) {
        if (has_glob(rule->path)) continue;
        const Fd file(::open(rule->path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
        if (file) watch_file(file.get());
    }
}

void FanotifySource::Impl::watch_file(int fd) {
    const auto volume = volume_of(fd);
    struct stat status {};
    if (witness && volume && ::fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode)) witness->watch_file({(*volume)->device, status.st_ino});
}

void FanotifySource::Impl::refresh_own() {
    own.refresh(ground.volumes, marker);
    if (witness) witness->set_own(own.objects());
}

// What was swept until now covers nothing.
void FanotifySource::Impl::need_sweep() {
    for (auto& [id, volume] : ground.volumes.all()) volume.covered = false;
    swept = false;
    ground_lost = ++moment;
}

// Every watched directory has its mark and is known to the probes: what the whole file system does besides need not be told any more.
void FanotifySource::Impl::release_marks() {
    for (auto& [id, volume] : ground.volumes.all()) {
        if (!is_releasable(volume)) continue;
        marker.release(volume);
        volume.covered = true;
    }
}

bool FanotifySource::Impl::is_releasable(const Volume& volume) const {
    return witness && options.marks == FanotifyMarks::automatic && witness->is_whole() && planned.contains(volume.device) && volume.witnessed && !volume.refused;
}

void FanotifySource::Impl::release_marks_within(const std::string& scope, std::uint64_t begun) {
    for (auto& [id, volume] : ground.volumes.all()) {
        if (volume.covered || begun < volume.marked || !is_releasable(volume)) continue;
        bool everywhere = true;
        for (const auto& view : volume.views) {
            if (is_within(view.point, scope)) volume.swept.insert(view.id);
            everywhere = everywhere && (volume.swept.contains(view.id) || !concerns(ground.policy(), view));
        }
        if (!everywhere || volume.swept.empty()) continue;
        marker.release(volume);
        volume.covered = true;
    }
}

// Not by a handle, which the file system may have none of.
Result<Volume*> FanotifySource::Impl::volume_of(int fd) {
    struct statx status {};
    if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &status) != 0) return fail(system_error("find the mount of a descriptor"));
    Volume* volume = ground.volumes.of_mount(static_cast<int>(status.stx_mnt_id));
    if (volume == nullptr) return fail(system_error("find the mount of a descriptor", ENOENT));
    return volume;
}

bool FanotifySource::Impl::mark_directory(Volume& volume, const std::string& path, int directory_fd, Outbox& out) {
    if (volume.marking == Marking::file_system && !volume.witnessed) return true;
    if (volume.marking == Marking::none || volume.refused) return false;
    const int error = marker.mark_directory(ground.volumes, volume, directory_fd);
    if (error == 0) return true;
    if (volume.marking == Marking::file_system) {  // which then stays
        volume.witnessed = false;
        return true;
    }
    if (volume.refused) return false;  // marks() says so, once for all its directories
    // Said once: the sweep that answers a gap comes here again.
    if (unmarkable.insert(path).second) out.gaps.push_back({path, "the directory could not be marked: " + mark_refusal(error), 0, options.wall_now()});
    return false;
}

FanotifySource::MountChange FanotifySource::Impl::note_mount(const Mount& mount, bool appeared, Outbox& out) {
    if (const auto node = ground.map.find(mount.point); node != DirectoryMap::kNone) ground.map.drop(node);
    SweepRequest request;
    request.scope = mount.point;
    request.reason = appeared ? "mounted" : "unmounted";
    request.actor_unknown = "changes of mounts do not name a process";
    request.announce = false;
    out.sweeps.push_back(std::move(request));
    return {mount.point, fmt::format("{} {} {} {}", mount.type, mount.source, appeared ? "was mounted on" : "was unmounted from", mount.point)};
}

std::vector<FanotifySource::MountChange> FanotifySource::mounts_changed() {
    std::vector<MountChange> changes;
    Outbox out;
    auto now = read_mounts();
    {
        const std::lock_guard lock(impl_->mutex);
        auto& ground = impl_->ground;
        if (!now) {
            impl_->lose(now.error().what, out);
        } else {
            auto lasting = lasting_mount_ids(*now, ground.policy());
            std::vector<int> remade;
            for (const auto& [mount, id] : lasting) {
                if (const auto before = impl_->lasting.find(mount); before != impl_->lasting.end() && before->second != id) remade.push_back(mount);
            }
            const auto was_remade = [&](const Mount& mount) { return std::find(remade.begin(), remade.end(), mount.id) != remade.end(); };
            const auto before = ground.volumes.mounts();
            for (const auto& mount : before) {
                const bool gone = !contains(*now, mount) || was_remade(mount);
                if (gone && concerns(ground.policy(), mount)) changes.push_back(impl_->note_mount(mount, false, out));
            }
            for (const auto& mount : *now) {
                const bool fresh = !contains(before, mount) || was_remade(mount);
                if (fresh && concerns(ground.policy(), mount)) changes.push_back(impl_->note_mount(mount, true, out));
            }
            impl_->lasting = std::move(lasting);
            ground.volumes.set_mounts(std::move(*now), remade);
            ground.links.prune(ground.map);
            ground.forget_unwatched();
            impl_->marker.close_unused(ground.volumes);
            impl_->mark_planned(out);
            impl_->refresh_own();
        }
    }
    out.send(impl_->receiver);  // after marking: what is done from now on is heard, what was done before is swept
    return changes;
}

std::vector<MarkReport> FanotifySource::marks() const {
    const std::lock_guard lock(impl_->mutex);
    std::vector<MarkReport> reports;
    for (const auto& [id, volume] : impl_->ground.volumes.all()) {
        if (!impl_->planned.contains(volume.device)) continue;
        const bool none = volume.marking == Marking::none || volume.refused;
        const char* how = none ? "none" : volume.marking == Marking::file_system ? "filesystem mark" : "directory marks";
        reports.push_back({volume.views.empty() ? "" : volume.views.front().point, volume.type, how, volume.why});
    }
    return reports;
}

}  // namespace touchstone
