#include "fanotify_ground.hpp"

#include <fcntl.h>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr int kMaxDepth = 2048;  // PATH_MAX / 2: deeper cannot be named
constexpr int kTries = 3;        // a directory may be renamed between two questions about it

bool is_same(const Volume& volume, const Result<ObjectHandle>& handle, const ObjectKey& key) {
    return handle && ObjectKey(volume.id, handle->view()).view() == key.view();
}

}  // namespace

void FanotifyGround::set_policy(std::shared_ptr<const Policy> policy) {
    policy_ = std::move(policy);
    unwatched_.clear();
}

void FanotifyGround::forget_directories() {
    map.clear();
    links.clear();
    unwatched_.clear();
}

DirectoryMap::Node FanotifyGround::place(int directory_fd) {
    auto handle = handle_of(directory_fd, "");
    return handle ? place(directory_fd, std::move(*handle)) : DirectoryMap::kNone;
}

DirectoryMap::Node FanotifyGround::place(int directory_fd, ObjectHandle known) {
    struct Step {
        std::string name;
        ObjectKey key;
        int mount;
        KernelObject object;
    };
    std::vector<Step> steps;  // from the directory upwards, as far as nothing is known
    Fd above;
    DirectoryMap::Node node = DirectoryMap::kNone;
    for (int fd = directory_fd; node == DirectoryMap::kNone; fd = above.get()) {
        if (steps.size() >= kMaxDepth) return DirectoryMap::kNone;
        const auto handle = fd == directory_fd ? Result<ObjectHandle>(std::move(known)) : handle_of(fd, "");
        struct stat status {};
        if (!handle || ::fstat(fd, &status) != 0 || status.st_nlink == 0) return DirectoryMap::kNone;
        const Volume* volume = volumes.of_mount(handle->mount);
        if (volume == nullptr) return DirectoryMap::kNone;
        const ObjectKey key(volume->id, handle->view());
        const std::string path = path_of(fd);
        if (!path.starts_with('/')) return DirectoryMap::kNone;
        if (path == "/") {
            if (map.key(map.root()) != key.view()) map.set_root(key.view(), handle->mount);
            node = map.root();
            note_object(node, {volume->device, status.st_ino});
            break;
        }
        steps.push_back({std::string(split_path(path).name), key, handle->mount, {volume->device, status.st_ino}});
        const auto parent = handle_of(fd, "..");
        const Volume* parent_volume = parent ? volumes.of_mount(parent->mount) : nullptr;
        if (parent_volume == nullptr) return DirectoryMap::kNone;
        node = map.in_mount(ObjectKey(parent_volume->id, parent->view()).view(), parent->mount);
        if (node != DirectoryMap::kNone) break;
        above.reset(::openat(fd, "..", O_PATH | O_CLOEXEC | O_DIRECTORY));
        if (!above) return DirectoryMap::kNone;
    }
    for (auto step = steps.rbegin(); step != steps.rend() && node != DirectoryMap::kNone; ++step) {
        node = map.add(node, step->name, step->key.view(), step->mount);
        if (node != DirectoryMap::kNone) note_object(node, step->object);
    }
    return node;
}

void FanotifyGround::note_object(DirectoryMap::Node node, KernelObject object) {
    if (!on_watched_directory) return;
    map.set_object(node, object);
    if (policy_->rule_for(map.path(node))) on_watched_directory(object);
}

FanotifyGround::Found FanotifyGround::locate(const Volume& volume, const ObjectKey& key) {
    if (map.first_of(key.view()) != DirectoryMap::kNone) return Found::known;
    if (unwatched_.contains(key.view())) return Found::unwatched;
    return locate_by_handle(volume, key);
}

FanotifyGround::Found FanotifyGround::locate_by_handle(const Volume& volume, const ObjectKey& key) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
        auto object = open(volume, key);
        if (!object) {
            const int error = object.error().code;
            if (error == EMFILE || error == ENFILE || error == ENOMEM) return Found::unclear;
            note_unwatched(key);  // a stale handle never comes back
            return Found::gone;
        }
        if (object->status.st_nlink == 0) {
            note_unwatched(key);
            return Found::gone;
        }
        bool wanted = false;
        for (const auto& path : object->paths) {
            if (standing_of(*policy_, path) == Standing::none) continue;
            wanted = true;
            const Fd directory(::open(path.c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW));
            if (directory && is_same(volume, handle_of(directory.get(), ""), key)) place(directory.get());
        }
        if (map.first_of(key.view()) != DirectoryMap::kNone) return Found::known;
        if (!wanted && !object->doubtful) break;
        if (attempt + 1 == kTries && wanted) return Found::unclear;
    }
    // A name that could never be confirmed was a wrong reading (find_paths), or the renaming's own event is still to come.
    note_unwatched(key);
    return Found::unwatched;
}

void FanotifyGround::note_unwatched(const ObjectKey& key) {
    if (unwatched_.size() >= kMaxUnwatched) unwatched_.clear();
    unwatched_.emplace(key.view());
}

void FanotifyGround::forget_unwatched(const ObjectKey& key) {
    if (const auto found = unwatched_.find(key.view()); found != unwatched_.end()) unwatched_.erase(found);
}

Result<FanotifyGround::Object> FanotifyGround::open(const Volume& volume, const ObjectKey& key) {
    const OpenMount* through = open_mount(volume);
    if (through == nullptr) return fail(system_error("open a mount"));
    auto fd = open_handle(through->fd.get(), ObjectKey::handle(key.view()));
    if (!fd) return fail(fd.error());
    Object object;
    object.fd = std::move(*fd);
    if (::fstat(object.fd.get(), &object.status) != 0) return fail(system_error("fstat"));
    find_paths(volume, *through, key, object);
    return object;
}

// Through a mount of less than the whole file system the kernel names what lies outside by its inner path: both readings are tried, and
// what is tracked is checked by its handle.
void FanotifyGround::find_paths(const Volume& volume, const OpenMount& through, const ObjectKey& key, Object& object) {
    const std::string path = path_of(object.fd.get());
    if (!path.starts_with('/')) return;
    if (is_within(path, through.mount.point)) object.paths = volumes.views_of(volume, inner_path(through.mount, path));
    if (through.mount.root != "/") {
        for (auto& each : volumes.views_of(volume, path)) object.paths.push_back(std::move(each));
    }
    std::erase_if(object.paths, [&](const std::string& each) {
        if (standing_of(*policy_, each) == Standing::none) return false;
        const bool confirmed = is_same(volume, handle_of(AT_FDCWD, each.c_str()), key);
        object.doubtful = object.doubtful || !confirmed;
        return !confirmed;
    });
}

const FanotifyGround::OpenMount* FanotifyGround::open_mount(const Volume& volume) {
    if (const auto found = mount_fds_.find(volume.id); found != mount_fds_.end()) return &found->second;
    errno = ENOENT;
    for (const auto& view : volume.views) {
        Fd fd(::open(view.point.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NONBLOCK));
        if (!fd) continue;
        const auto handle = handle_of(fd.get(), "");
        if (handle && handle->mount == view.id) return &mount_fds_.emplace(volume.id, OpenMount{std::move(fd), view}).first->second;
    }
    return nullptr;
}

}  // namespace touchstone
