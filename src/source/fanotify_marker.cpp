#include "fanotify_marker.hpp"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>

namespace touchstone {

Result<FanotifyMarker> FanotifyMarker::make(FanotifyMarks how, bool limited_queue) {
    FanotifyMarker marker(how, limited_queue);
    marker.poll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!marker.poll_) return fail(system_error("epoll_create1"));
    if (auto first = marker.add_group(); !first) return fail(first.error());
    return marker;
}

Status FanotifyMarker::poll_also(int fd) {
    epoll_event interest{};
    interest.events = EPOLLIN;
    return ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &interest) == 0 ? Status{} : fail(system_error("epoll_ctl"));
}

Result<std::size_t> FanotifyMarker::add_group() {
    auto group = FanotifyGroup::make(limited_queue_);
    if (!group) return fail(group.error());
    epoll_event interest{};
    interest.events = EPOLLIN;
    if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, group->fd(), &interest) != 0) return fail(system_error("epoll_ctl"));
    groups_.push_back(std::make_unique<FanotifyGroup>(std::move(*group)));
    return groups_.size() - 1;
}

void FanotifyMarker::mark(Volumes& volumes, Volume& volume) {
    if (how_ == FanotifyMarks::directory) {
        volume.marking = Marking::directories;
        volume.why = "directory marks are configured";
        return;
    }
    int error = ENOENT;
    for (const auto& view : volume.views) {
        const Fd top(::open(view.point.c_str(), O_PATH | O_CLOEXEC));
        if (!top) continue;
        error = mark_whole(volumes, volume, view.point.c_str(), fsid_of(top.get()));
        if (error == 0) {
            volume.marking = Marking::file_system;
            volume.why.clear();
            return;
        }
    }
    volume.marking = how_ == FanotifyMarks::automatic ? Marking::directories : Marking::none;
    volume.why = mark_refusal(error);
}

int FanotifyMarker::mark_whole(Volumes& volumes, Volume& volume, const char* point, std::uint64_t fsid) {
    std::size_t index = volume.group;
    const Volume* owner = volumes.of_event(0, fsid);
    if (index == 0 && owner != nullptr && owner != &volume) {
        auto own = add_group();
        if (!own) return own.error().code;
        index = *own;
    }
    const int error = groups_[index]->mark_file_system(point);
    if (error == 0) volumes.set_event_identity(volume, index, fsid);
    return error;
}

void FanotifyMarker::release(Volume& volume) {
    if (volume.marking != Marking::file_system) return;
    unmark(volume);
    volume.marking = Marking::directories;
    volume.why.clear();
}

void FanotifyMarker::unmark(Volume& volume) {
    if (volume.marking == Marking::file_system && !volume.views.empty()) {
        groups_[volume.group]->unmark_file_system(volume.views.front().point.c_str());
    }
    volume.marking = Marking::none;
}

int FanotifyMarker::mark_directory(Volumes& volumes, Volume& volume, int directory_fd) {
    const std::uint64_t fsid = fsid_of(directory_fd);
    const int error = try_directory(volumes, volume, directory_fd, fsid);
    if (error == EOPNOTSUPP || error == EINVAL || error == ENODEV || error == EXDEV) {
        volume.refused = true;
        volume.why = mark_refusal(error);
    }
    return error;
}

int FanotifyMarker::try_directory(Volumes& volumes, Volume& volume, int directory_fd, std::uint64_t fsid) {
    const Volume* owner = volumes.of_event(0, fsid);
    const bool ambiguous = volume.group == 0 && (fsid == 0 || (owner != nullptr && owner != &volume));
    if (!ambiguous) {
        const int error = groups_[volume.group]->mark_directory(directory_fd, !volume.witnessed);
        if (error == 0) {
            if (volume.group == 0) {
                volumes.add_fsid(volume, fsid);
            } else {
                volumes.set_event_identity(volume, volume.group, fsid);
            }
        }
        if (volume.group != 0 || (error != EXDEV && error != ENODEV)) return error;
    }
    auto own = add_group();
    if (!own) return own.error().code;
    const int error = groups_[*own]->mark_directory(directory_fd, !volume.witnessed);
    if (error == 0) {
        volumes.set_event_identity(volume, *own, fsid);
    } else {
        groups_.pop_back();
    }
    return error;
}

int FanotifyMarker::mark_object(const Volume& volume, int fd) const { return groups_[volume.group]->mark_object(fd, !volume.witnessed); }

void FanotifyMarker::close_unused(const Volumes& volumes) {
    for (std::size_t index = 1; index < groups_.size(); ++index) {
        const auto& all = volumes.all();
        if (std::none_of(all.begin(), all.end(), [&](const auto& entry) { return entry.second.group == index; })) groups_[index].reset();
    }
}

}  // namespace touchstone
