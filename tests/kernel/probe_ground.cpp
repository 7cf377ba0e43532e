#include "probe_ground.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "touchstone/fd.hpp"

namespace touchstone::test {
namespace {

// mountinfo's number of the file system that is mounted as `mount`.
std::uint64_t device_of(std::uint64_t mount) {
    std::ifstream file("/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::uint64_t id = 0, parent = 0;
        unsigned major = 0, minor = 0;
        char colon = 0;
        if (words >> id >> parent >> major >> colon >> minor && id == mount) return makedev(major, minor);
    }
    throw std::runtime_error("a mount that is not in mountinfo");
}

}  // namespace

ProbeOptions probe_options() {
    ProbeOptions options;
    const char* wanted = std::getenv("TOUCHSTONE_PROBE_TIER");
    const std::string tier = wanted != nullptr ? wanted : "";
    if (tier == "timestamps") options.tier = ProbeTier::timestamps;
    if (tier == "lsm") options.tier = ProbeTier::lsm;
    if (tier == "fentry") options.tier = ProbeTier::fentry;
    return options;
}

KernelObject object_at(const std::string& path) {
    struct statx status {};
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0)
        throw std::runtime_error("no status of " + path);
    return {device_of(status.stx_mnt_id), status.stx_ino};
}

Done in_child(const std::function<void()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            act();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "in the child: %s\n", error.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return {child, WIFEXITED(status) ? WEXITSTATUS(status) : 255};
}

Fd map_named(const std::string& name) {
    Fd found;
    std::uint32_t last = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        std::error_code none;
        if (std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).string().find("bpf-map") == std::string::npos) continue;
        bpf_map_info info{};
        std::uint32_t size = sizeof info;
        if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0 || info.name != name || info.id < last) continue;
        last = info.id;
        found.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    }
    return found;
}

Witnessed::Witnessed(ProbeOptions options) {
    home = (std::filesystem::current_path() / "probes.XXXXXX").string();
    REQUIRE(::mkdtemp(home.data()) != nullptr);
    std::filesystem::create_directory(tree());
    auto loaded = Probes::load(options);
    if (!loaded) FAIL(loaded.error().what);
    probes = std::move(*loaded);
    REQUIRE(probes->watch(object_at(tree()), WatchKind::directory));
}

Witnessed::~Witnessed() { std::filesystem::remove_all(home); }

std::string Witnessed::make(const std::string& name, const std::string& content) {
    const Fd fd(::open(file(name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    REQUIRE(::write(fd.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    return file(name);
}

std::vector<ProbeRecord> Witnessed::told() {
    std::vector<ProbeRecord> records;
    const auto now = probes->drain([&](ProbeRecord record) { records.push_back(std::move(record)); });
    lost += now.touches;
    lost_processes += now.processes;
    return records;
}

std::vector<TouchRecord> Witnessed::touches_of(const std::string& path, const std::function<void()>& act) {
    told();
    const auto object = object_at(path);
    probes->looked_at(object.inode);
    act();
    std::vector<TouchRecord> touches;
    for (auto& record : told())
        if (auto* touch = std::get_if<TouchRecord>(&record); touch && touch->object == object) touches.push_back(*touch);
    return touches;
}

}  // namespace touchstone::test
