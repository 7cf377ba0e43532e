// The probes on the running kernel: what they witness, whom they name, what they leave out, and that no loss is silent.
#include "touchstone/probe.hpp"

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

#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

// A directory whose entries are watched, and everything that was told of it.
class Witnessed {
public:
    explicit Witnessed(ProbeOptions options = {}) {
        std::string pattern = (std::filesystem::current_path() / "probes.XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        home = pattern;
        std::filesystem::create_directory(tree());
        auto loaded = Probes::load(options);
        if (!loaded) FAIL(loaded.error().what);
        probes = std::move(*loaded);
        REQUIRE(probes->watch(object(tree()), WatchKind::directory));
    }
    ~Witnessed() { std::filesystem::remove_all(home); }

    std::string tree() const { return home + "/tree"; }
    std::string file(const std::string& name) const { return tree() + "/" + name; }

    std::string make(const std::string& name, const std::string& content = "content") {
        const Fd fd(::open(file(name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        REQUIRE(::write(fd.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
        return file(name);
    }

    // Everything told until now; what was lost is counted.
    std::vector<ProbeRecord> told() {
        std::vector<ProbeRecord> records;
        const auto now = probes->drain([&](ProbeRecord record) { records.push_back(std::move(record)); });
        lost += now.touches;
        lost_processes += now.processes;
        return records;
    }

    // What `act` made to be told of `path`, by whomever.
    std::vector<TouchRecord> touches_of(const std::string& path, const std::function<void()>& act) {
        told();
        const auto inode = object(path).inode;
        probes->looked_at(inode);
        act();
        std::vector<TouchRecord> touches;
        for (auto& record : told())
            if (auto* touch = std::get_if<TouchRecord>(&record); touch && touch->object.inode == inode) touches.push_back(*touch);
        return touches;
    }

    static KernelObject object(const std::string& path) {
        struct stat status {};
        REQUIRE(::lstat(path.c_str(), &status) == 0);
        return {status.st_dev, status.st_ino};
    }

    std::string home;
    std::unique_ptr<Probes> probes;
    std::uint64_t lost = 0, lost_processes = 0;
};

pid_t in_child(const std::function<void()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        act();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    return child;
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
    const auto touches = here.touches_of(path, [&] { writer = in_child([&] { append(path); }); });
    REQUIRE(touches.size() == 1);
    CHECK(touches[0].name == "file");
    CHECK(touches[0].object == Witnessed::object(path));
    CHECK(touches[0].parent == Witnessed::object(here.tree()));
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

TEST_CASE("many writes of one process are one record until the object has been looked at; another writer is told") {
    Witnessed here;
    const auto path = here.make("file");
    const auto status = [&] { Witnessed::object(path); };  // the next change moves the change time again
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
        in_child([&] { append(path); });
    });
    REQUIRE(second.size() == 2);
    CHECK(second[0].process != second[1].process);
    CHECK(here.probes->counters().repeated > 900);
}

TEST_CASE("the daemon's own objects are left out, whoever changes them") {
    Witnessed here;
    const auto path = here.make("own");
    REQUIRE(here.probes->watch(Witnessed::object(path), WatchKind::own));
    CHECK(here.touches_of(path, [&] { in_child([&] { append(path); }); }).empty());
}

TEST_CASE("a single file is watched by itself, and under any name") {
    Witnessed here;
    const auto path = here.home + "/single";
    { const Fd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)); }
    REQUIRE(here.probes->watch(Witnessed::object(path), WatchKind::object));
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
    here.probes->unwatch(Witnessed::object(path));
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
}

TEST_CASE("processes are told from beginning to end") {
    Witnessed here;
    here.told();
    const pid_t child = in_child([] {
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
    CHECK(exec->executable == Witnessed::object(std::filesystem::canonical("/bin/sh")));
    struct stat names {};
    REQUIRE(::stat("/proc/self/ns/pid", &names) == 0);
    CHECK(exec->pid_namespace == names.st_ino);
    REQUIRE(::stat("/proc/self/ns/mnt", &names) == 0);
    CHECK(exec->mount_namespace == names.st_ino);
    CHECK(exit->process == exec->process);
    CHECK(exec->time <= exit->time);
}

TEST_CASE("a ring that is full loses nothing in silence") {
    Witnessed here({.ring_bytes = 4096, .watched = 16, .seen = 4096});
    for (int i = 0; i < 200; ++i) Witnessed::object(here.make("file" + std::to_string(i)));  // asked for: the next change moves the change time
    here.told();
    here.lost = 0;
    for (int i = 0; i < 200; ++i) here.probes->looked_at(Witnessed::object(here.file("file" + std::to_string(i))).inode);
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

TEST_CASE("a full map of watched objects is said") {
    Witnessed here({.watched = 1});
    const auto path = here.make("file");
    const auto watched = here.probes->watch(Witnessed::object(path), WatchKind::object);
    REQUIRE_FALSE(watched);
    CHECK(watched.error().code == E2BIG);
}
