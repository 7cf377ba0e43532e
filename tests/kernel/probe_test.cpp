// The probes on the running kernel: what they witness, whom they name, what they leave out, and that no loss is silent.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <optional>

#include "kernel/probe_ground.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/wire.h"

using namespace touchstone;
using namespace touchstone::test;

namespace {

pid_t run(const std::function<void()>& act) {
    const auto done = in_child(act);
    CHECK(done.status == 0);
    return done.child;
}

void append(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (::write(fd.get(), "x", 1) != 1) ::_exit(1);
}

}  // namespace

TEST_CASE("a write is told with the object, its name, its directory and the writer") {
    Witnessed here;
    const auto path = here.make("file");
    pid_t writer = 0;
    const auto touches = here.touches_of(path, [&] { writer = run([&] { append(path); }); });
    REQUIRE(touches.size() == 1);
    CHECK(touches[0].name == "file");
    CHECK(touches[0].object == object_at(path));
    CHECK(touches[0].parent == object_at(here.tree()));
    CHECK(touches[0].process.pid == writer);
    CHECK(touches[0].writers == 1);
    CHECK(touches[0].credentials.euid == ::geteuid());
    CHECK_FALSE(touches[0].directory);
    CHECK(here.lost == 0);
}

TEST_CASE("what no fanotify event tells is told") {
    Witnessed here;
    const auto path = here.make("file", std::string(8192, 'a'));
    const auto told = [&](const std::function<void()>& act) { return !here.touches_of(path, act).empty(); };

    SECTION("a store through a shared mapping, after the close") {
        char* memory = nullptr;
        {
            const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
            memory = static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
        }
        REQUIRE(memory != MAP_FAILED);
        const auto touches = here.touches_of(path, [&] { memory[5] = 'b'; });
        REQUIRE(touches.size() == 1);
        CHECK(touches[0].writable_mappings == 1);
        CHECK(touches[0].writers == 1);
        ::munmap(memory, 4096);
    }
    SECTION("inode flags") {
        const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        int flags = 0;
        REQUIRE(::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) == 0);
        CHECK(told([&] {
            flags ^= FS_NODUMP_FL;
            REQUIRE(::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) == 0);
        }));
    }
    SECTION("a write through a name outside the tree") {
        const auto outside = here.home + "/outside";
        REQUIRE(::link(path.c_str(), outside.c_str()) == 0);
        CHECK(told([&] { append(outside); }));
    }
    SECTION("a further name made outside") {
        CHECK(told([&] { REQUIRE(::link(path.c_str(), (here.home + "/other").c_str()) == 0); }));
    }
    SECTION("a write by a descriptor that was opened before") {
        const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        CHECK(told([&] { CHECK(::pwrite(fd.get(), "z", 1, 0) == 1); }));
    }
    SECTION("attributes") {
        CHECK(told([&] { REQUIRE(::chmod(path.c_str(), 0600) == 0); }));
        CHECK(told([&] { REQUIRE(::setxattr(path.c_str(), "user.a", "b", 1, 0) == 0); }));
        CHECK(told([&] { REQUIRE(::truncate(path.c_str(), 10) == 0); }));
    }
}

TEST_CASE("what changes nothing is not told, nor what nobody watches") {
    Witnessed here;
    const auto path = here.make("file");
    const auto unwatched = here.home + "/unwatched";
    { const Fd fd(::open(unwatched.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)); }
    CHECK(here.touches_of(path, [&] {
                  char byte = 0;
                  const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
                  CHECK(::read(fd.get(), &byte, 1) == 1);
                  CHECK(::fsync(fd.get()) == 0);
              }).empty());
    CHECK(here.touches_of(unwatched, [&] { append(unwatched); }).empty());
    CHECK(here.probes->counters().unwatched > 0);
}

TEST_CASE("who lets go last of a file that is gone has not changed it") {
    Witnessed here;
    const auto path = here.make("file", std::string(8192, 'a'));
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::fsync(fd.get()) == 0);
    REQUIRE(here.probes->watch(object_at(path), WatchKind::object));  // as files with several names are
    pid_t remover = 0;
    const auto touches = here.touches_of(path, [&] {
        remover = run([&] { ::unlink(path.c_str()); });
        fd.reset();
    });
    REQUIRE_FALSE(touches.empty());
    for (const auto& touch : touches) CHECK(touch.process.pid == remover);
}

TEST_CASE("many writes of one process are one record until the object has been looked at; another writer is told") {
    Witnessed here;
    const auto path = here.make("file");
    const auto status = [&] { object_at(path); };  // the next change moves the change time again
    const auto touches = here.touches_of(path, [&] {
        for (int i = 0; i < 1000; ++i) {
            append(path);
            status();
        }
    });
    CHECK(touches.size() == 1);
    const auto second = here.touches_of(path, [&] {
        append(path);
        status();
        run([&] { append(path); });
    });
    REQUIRE(second.size() == 2);
    CHECK(second[0].process != second[1].process);
    CHECK(here.probes->counters().repeated > 900);
}

TEST_CASE("the daemon's own objects are left out, whoever changes them") {
    Witnessed here;
    const auto path = here.make("own");
    REQUIRE(here.probes->watch(object_at(path), WatchKind::own));
    CHECK(here.touches_of(path, [&] { run([&] { append(path); }); }).empty());
}

TEST_CASE("a single file is watched by itself, and under any name") {
    Witnessed here;
    const auto path = here.home + "/single";
    { const Fd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)); }
    REQUIRE(here.probes->watch(object_at(path), WatchKind::object));
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
    here.probes->unwatch(object_at(path));
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
}

TEST_CASE("processes are told from beginning to end") {
    Witnessed here;
    here.told();
    const pid_t child = run([] {
        ::execl("/bin/sh", "sh", "-c", "exit 0", nullptr);
        ::_exit(1);
    });
    std::optional<ForkRecord> fork;
    std::optional<ExecRecord> exec;
    std::optional<ExitRecord> exit;
    for (const auto& record : here.told()) {
        if (const auto* each = std::get_if<ForkRecord>(&record); each && each->child.pid == child) fork = *each;
        if (const auto* each = std::get_if<ExecRecord>(&record); each && each->process.pid == child) exec = *each;
        if (const auto* each = std::get_if<ExitRecord>(&record); each && each->process.pid == child) exit = *each;
    }
    REQUIRE(fork);
    REQUIRE(exec);
    REQUIRE(exit);
    CHECK(fork->parent.pid == ::getpid());
    CHECK(fork->child == exec->process);
    CHECK(exec->parent == fork->parent);
    CHECK(exec->path == std::filesystem::canonical("/bin/sh").string());
    CHECK(exec->args == std::vector<std::string>{"sh", "-c", "exit 0"});
    CHECK_FALSE(exec->args_cut);
    CHECK(exec->name == "sh");
    CHECK(exec->executable == object_at(std::filesystem::canonical("/bin/sh")));
    struct stat names {};
    REQUIRE(::stat("/proc/self/ns/pid", &names) == 0);
    CHECK(exec->pid_namespace == names.st_ino);
    REQUIRE(::stat("/proc/self/ns/mnt", &names) == 0);
    CHECK(exec->mount_namespace == names.st_ino);
    CHECK(exit->process == exec->process);
    CHECK(exec->time <= exit->time);
}

TEST_CASE("a ring that is full loses nothing in silence") {
    auto options = probe_options();
    options.ring_bytes = 4096;
    options.seen = 4096;
    Witnessed here(options);
    for (int i = 0; i < 200; ++i) object_at(here.make("file" + std::to_string(i)));  // asked for: the next change moves the change time
    here.told();
    here.lost = 0;
    for (int i = 0; i < 200; ++i) here.probes->looked_at(object_at(here.file("file" + std::to_string(i))).inode);
    for (int i = 0; i < 200; ++i) append(here.file("file" + std::to_string(i)));
    std::size_t files = 0;
    for (const auto& record : here.told())
        if (const auto* touch = std::get_if<TouchRecord>(&record); touch && !touch->directory) ++files;
    CHECK(files < 200);
    CHECK(files + here.lost >= 200);
    // What was lost is not remembered as told.
    CHECK(here.touches_of(here.file("file199"), [&] { append(here.file("file199")); }).size() == 1);
    CHECK(here.probes->check().empty());
    CHECK(here.probes->check().empty());
}

namespace {

constexpr Nanoseconds kLongAfter = std::chrono::hours(1'000'000);

}  // namespace

TEST_CASE("what is marked as told and never was is noticed, and told") {
    Witnessed here;
    const auto path = here.make("file");
    const auto touches = here.touches_of(path, [&] { append(path); });
    REQUIRE(touches.size() == 1);
    CHECK(here.probes->examine(1, kLongAfter).empty());
    ts_seen_key key{};
    const Fd map = map_named("ts_seen");
    REQUIRE(bpf_map_get_next_key(map.get(), nullptr, &key) == 0);
    here.probes->looked_at(touches[0].object.inode);
    key.object.inode = touches[0].object.inode;
    key.start = touches[0].process.start;
    key.tgid = static_cast<std::uint32_t>(touches[0].process.pid);
    const std::uint64_t when = 1;
    REQUIRE(bpf_map_update_elem(map.get(), &key, &when, BPF_ANY) == 0);
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
    CHECK_FALSE(here.probes->examine(1, kLongAfter).empty());
    REQUIRE(here.probes->repair());
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
}

TEST_CASE("a probe that is detached is noticed, and attached again") {
    Witnessed here;
    const auto path = here.make("file");
    int links = 0;
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    for (int fd = 0; fd < 1024; ++fd) {
        std::error_code none;
        if (std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).string().find("bpf_link") == std::string::npos) continue;
        ++links;
        REQUIRE(::dup3(nothing.get(), fd, O_CLOEXEC) == fd);  // which closes it
    }
    REQUIRE(links > 0);
    CHECK(here.probes->check().find("no longer attached") != std::string::npos);
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
    REQUIRE(here.probes->repair());
    CHECK(here.probes->check().empty());
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
}

TEST_CASE("records that somebody else takes out of the ring are missed") {
    Witnessed here;
    const auto path = here.make("file");
    here.told();
    CHECK(here.probes->check().empty());
    here.told();
    CHECK(here.probes->check().empty());
    const Fd map = map_named("ts_ring");
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const place = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, map.get(), 0);
    REQUIRE(place != MAP_FAILED);
    here.probes->looked_at(object_at(path).inode);
    append(path);
    const void* const produced = ::mmap(nullptr, page, PROT_READ, MAP_SHARED, map.get(), static_cast<off_t>(page));
    REQUIRE(produced != MAP_FAILED);
    *static_cast<volatile std::uint64_t*>(place) = *static_cast<const volatile std::uint64_t*>(produced);
    here.told();
    here.probes->check();
    here.told();
    CHECK(here.probes->check().find("neither arrived") != std::string::npos);
    here.told();
    CHECK(here.probes->check().empty());
    ::munmap(place, page);
    ::munmap(const_cast<void*>(produced), page);
}

TEST_CASE("files that are mapped shared and writable are found, whoever has mapped them") {
    Witnessed here;
    const auto mapped = [&](const std::string& path, int open_flags, int protection, int map_flags, const std::function<void()>& then) {
        const Fd fd(::open(path.c_str(), open_flags | O_CLOEXEC));
        REQUIRE(fd);
        void* const place = ::mmap(nullptr, 4096, protection, map_flags, fd.get(), 0);
        REQUIRE(place != MAP_FAILED);
        then();
        ::munmap(place, 4096);
    };
    const auto find = [&](const std::string& path) -> std::optional<MappedFile> {
        const auto files = here.probes->mapped();
        REQUIRE(files);
        for (const auto& each : *files)
            if (each.object == object_at(path)) return each;
        return std::nullopt;
    };
    const auto path = here.make("file", std::string(4096, 'a'));
    CHECK_FALSE(find(path));
    mapped(path, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED, [&] {
        const auto found = find(path);
        REQUIRE(found);
        CHECK(found->parent == object_at(here.tree()));
        CHECK(found->name == "file");
        CHECK(found->links == 1);
    });
    CHECK_FALSE(find(path));
    mapped(path, O_RDWR, PROT_READ, MAP_SHARED, [&] { CHECK(find(path)); });  // mprotect(2) is not asked whether it may
    mapped(path, O_RDWR, PROT_READ | PROT_WRITE, MAP_PRIVATE, [&] { CHECK_FALSE(find(path)); });
    mapped(path, O_RDONLY, PROT_READ, MAP_SHARED, [&] { CHECK_FALSE(find(path)); });
    int up[2], down[2];
    REQUIRE((::pipe(up) == 0 && ::pipe(down) == 0));
    const pid_t child = ::fork();
    if (child == 0) {
        const Fd fd(::open(path.c_str(), O_RDWR));
        if (::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0) == MAP_FAILED) ::_exit(1);
        char byte = 0;
        ::close(down[1]);
        ::_exit(::write(up[1], &byte, 1) == 1 && ::read(down[0], &byte, 1) == 0 ? 0 : 1);
    }
    char byte = 0;
    CHECK(::read(up[0], &byte, 1) == 1);
    CHECK(find(path));
    for (const int fd : {up[0], up[1], down[0], down[1]}) ::close(fd);
    ::waitpid(child, nullptr, 0);
    CHECK_FALSE(find(path));
}

TEST_CASE("why none of the better tiers was taken is said") {
    auto options = probe_options();
    options.tier.reset();
    const Witnessed here(options);
    CHECK(here.probes->declined().empty() == (here.probes->tier() == ProbeTier::timestamps));
}
