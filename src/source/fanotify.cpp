#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "fanotify_impl.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kBuffer = 256 << 10;
constexpr std::size_t kSmallestEvent = 60;        // with an object and a pidfd
constexpr rlim_t kDescriptors = 8192;             // a full buffer of smallest events, and some
constexpr rlim_t kOtherDescriptors = 512;         // left for the rest of the program

// Each event brings a descriptor. Where there cannot be so many, less is read at once.
std::size_t buffer_size() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kBuffer;
    if (limit.rlim_cur < kDescriptors) {
        limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    const rlim_t free = limit.rlim_cur > 2 * kOtherDescriptors ? limit.rlim_cur - kOtherDescriptors : limit.rlim_cur / 2;
    return std::clamp<std::size_t>(free * kSmallestEvent, 4096, kBuffer);
}

Status may_open_handles() {
    const auto handle = handle_of(AT_FDCWD, "/");
    const Fd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle || !root) return {};
    const auto opened = open_handle(root.get(), handle->view());
    if (opened || opened.error().code != EPERM) return {};
    return fail({"open_by_handle_at: CAP_DAC_READ_SEARCH is missing", ErrorKind::no_permission, EPERM});
}

}  // namespace

FanotifySource::Impl::Impl(FanotifyOptions given, std::shared_ptr<const Policy> policy, ProcessTable& known, TouchReceiver& to,
                           FanotifyMarker made)
    : options(std::move(given)),
      receiver(to),
      marker(std::move(made)),
      ground(std::move(policy)),
      own(options.own_paths),
      processes(known),
      translator(ground, own, processes, counters, options.names_of),
      buffer(buffer_size()) {}

FanotifySource::FanotifySource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FanotifySource::~FanotifySource() = default;

Result<std::unique_ptr<FanotifySource>> FanotifySource::make(FanotifyOptions options, std::shared_ptr<const Policy> policy,
                                                             ProcessTable& processes, TouchReceiver& receiver) {
    if (!options.wall_now || !options.steady_now || !policy) return fail({"fanotify source: no clock or no policy given", ErrorKind::bad_input, 0});
    auto marker = FanotifyMarker::make(options.marks, options.limited_queue);
    if (!marker) return fail(marker.error());
    if (auto may = may_open_handles(); !may) return fail(may.error());
    auto impl = std::make_unique<Impl>(std::move(options), std::move(policy), processes, receiver, std::move(*marker));
    return std::unique_ptr<FanotifySource>(new FanotifySource(std::move(impl)));
}

Status FanotifySource::start() {
    auto mounts = read_mounts();
    if (!mounts) return fail(mounts.error());
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->lasting = lasting_mount_ids(*mounts, impl_->ground.policy());
        impl_->ground.volumes.set_mounts(std::move(*mounts));
        impl_->mark_planned(out);
        impl_->refresh_own();
    }
    out.send(impl_->receiver);
    return {};
}

Status FanotifySource::join(Probes& probes) {
    if (auto polled = impl_->marker.poll_also(probes.fd()); !polled) return polled;
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->probes = &probes;
        impl_->witness.emplace(probes, impl_->ground, impl_->processes, impl_->options.names_of);
        impl_->need_sweep();
        impl_->mark_planned(out);
        impl_->refresh_own();
    }
    out.send(impl_->receiver);
    return {};
}

bool FanotifySource::marking_done() const {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->swept) return true;
    const auto& all = impl_->ground.volumes.all();
    return std::none_of(all.begin(), all.end(), [&](const auto& entry) {
        return impl_->planned.contains(entry.second.device) && entry.second.marking == Marking::directories && !entry.second.refused;
    });
}

std::uint64_t FanotifySource::sweep_begins() {
    const std::lock_guard lock(impl_->mutex);
    return ++impl_->moment;
}

void FanotifySource::all_swept(std::uint64_t begun) {
    const std::lock_guard lock(impl_->mutex);
    if (begun < impl_->ground_lost) return;
    impl_->swept = true;
    impl_->release_marks();
}

void FanotifySource::scope_swept(const std::string& scope, std::uint64_t begun) {
    const std::lock_guard lock(impl_->mutex);
    impl_->release_marks_within(scope, begun);
}

std::string FanotifySource::unwitnessed() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->witness ? impl_->witness->refusal() : "";
}

int FanotifySource::fd() const { return impl_->marker.fd(); }

void FanotifySource::set_policy(std::shared_ptr<const Policy> policy) {
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->ground.set_policy(std::move(policy));
        impl_->need_sweep();
        impl_->unmarkable.clear();
        impl_->mark_planned(out);
    }
    out.send(impl_->receiver);
}

void FanotifySource::refresh_own_paths() {
    const std::lock_guard lock(impl_->mutex);
    impl_->refresh_own();
    impl_->unsettled = true;
}

void FanotifySource::learn_way(const std::string& path) {
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->ground.policy().rule_for(split_path(path).directory)) return;  // which was learned
        impl_->mark_way(path, out);
    }
    out.send(impl_->receiver);
}

bool FanotifySource::learn_directory(const std::string& path, int directory_fd) {
    Outbox out;
    bool covered = false;
    if (auto handle = handle_of(directory_fd, "")) {
        const std::lock_guard lock(impl_->mutex);
        if (Volume* volume = impl_->ground.volumes.of_mount(handle->mount)) {
            covered = impl_->mark_directory(*volume, path, directory_fd, out);
            impl_->ground.place(directory_fd, std::move(*handle));
        }
    }
    out.send(impl_->receiver);
    return covered;
}

void FanotifySource::learn_link(const std::string& path, int file_or_path_fd) {
    const auto handle = handle_of(file_or_path_fd, "");
    if (!handle) return;
    const auto [directory, name] = split_path(path);
    const Fd above(::open(std::string(directory).c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW));
    if (!above) return;
    const std::lock_guard lock(impl_->mutex);
    Volume* volume = impl_->ground.volumes.of_mount(handle->mount);
    const auto node = impl_->ground.place(above.get());
    if (volume == nullptr || node == DirectoryMap::kNone) return;
    impl_->ground.links.add(ObjectKey(volume->id, handle->view()).view(), impl_->ground.map.ref(node), name);
    // Directory marks do not hear of what is done through a name outside them.
    if ((volume->marking == Marking::directories || volume->witnessed) && !volume->refused) impl_->marker.mark_object(*volume, file_or_path_fd);
    impl_->watch_file(file_or_path_fd);
}

void FanotifySource::looked_at(const ObjectId& id) {
    if (Probes* const probes = impl_->probes) probes->looked_at(id.inode);
}

Status FanotifySource::set_canary(int fd) {
    struct stat status {};
    const std::lock_guard lock(impl_->mutex);
    const auto volume = impl_->volume_of(fd);
    if (!volume) return fail(volume.error());
    if (::fstat(fd, &status) != 0) return fail(system_error("fstat"));
    if (impl_->witness) impl_->witness->set_canary({(*volume)->device, status.st_ino});
    return {};
}

std::uint64_t FanotifySource::canaries_heard() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->witness ? impl_->witness->canaries() : 0;
}

void FanotifySource::distrust(std::string reason, bool whole) {
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->witness) impl_->witness->set_broken(!whole);
        impl_->lose(std::move(reason), out);
    }
    out.send(impl_->receiver);
}

Status FanotifySource::find_mapped() {
    Probes* const probes = impl_->probes;
    if (probes == nullptr) return {};
    auto files = probes->mapped();
    if (!files) return fail(files.error());
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        const auto without_room = impl_->witness->find_mapped(std::move(*files), impl_->planned, impl_->options.steady_now());
        if (without_room > 0) out.gaps.push_back({"", "more files are mapped shared and writable than are kept in mind", without_room, impl_->options.wall_now()});
    }
    out.send(impl_->receiver);
    return {};
}

bool FanotifySource::wants_mapped() const {
    const std::lock_guard lock(impl_->mutex);
    const auto& all = impl_->ground.volumes.all();
    return impl_->witness && std::any_of(all.begin(), all.end(), [&](const auto& entry) {
        return impl_->planned.contains(entry.second.device) && !is_written_back(entry.second.type);
    });
}

void FanotifySource::look_at_mapped() {
    Outbox out;
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->witness) impl_->witness->look_at_mapped(impl_->options.wall_now(), impl_->options.steady_now(), out);
    }
    out.send(impl_->receiver);
}

bool FanotifySource::is_mapped(const ObjectId& id) const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->witness && impl_->witness->is_mapped(id.inode);
}

std::vector<FanotifySource::NotWritten> FanotifySource::write_back() const {
    std::vector<std::string> points;
    {
        const std::lock_guard lock(impl_->mutex);
        for (const auto& [id, volume] : impl_->ground.volumes.all())
            if (volume.witnessed && impl_->planned.contains(volume.device) && !volume.views.empty()) points.push_back(volume.views.front().point);
    }
    std::vector<NotWritten> failed;
    for (auto& point : points) {
        const Fd top(::open(point.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
        if (!top || ::syncfs(top.get()) != 0) failed.push_back({std::move(point), std::generic_category().message(errno)});
    }
    return failed;
}

bool FanotifySource::wants_files() const { return impl_->probes != nullptr; }

void FanotifySource::learn_file(int file_or_path_fd) {
    const std::lock_guard lock(impl_->mutex);
    impl_->watch_file(file_or_path_fd);
}

void FanotifySource::learn_link(const std::string& directory, const std::string& name, int directory_fd) {
    const Fd file(::openat(directory_fd, name.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
    if (file) learn_link(join_path(directory, name), file.get());
}

FanotifyCounters FanotifySource::counters() const {
    const std::lock_guard lock(impl_->mutex);
    FanotifyCounters counters = impl_->counters;
    counters.directories = impl_->ground.map.size();
    counters.links = impl_->ground.links.size();
    return counters;
}

}  // namespace touchstone
