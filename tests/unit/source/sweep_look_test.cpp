// A sweep whose threads look at what they meet, as a survey's do.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "sweep_ground.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/sweep.hpp"

using namespace touchstone;
using test::KnownTable;
using test::TableReader;
using test::WatchedTree;
namespace fs = std::filesystem;

namespace {

struct Nothing final : TouchReceiver {
    void touch(Touch) override { FAIL("what is met is looked at by the walking threads"); }
    void gap(Gap) override { FAIL("a sweep makes no gaps"); }
    void sweep(SweepRequest) override { FAIL("a sweep asks for no sweeps"); }
};

SweepResult sweep(const std::string& root, SweepThreads threads, const std::function<SweepLook()>& open_look) {
    Rule rule;
    rule.path = root;
    const Policy policy({rule});
    SweepHooks hooks;
    const KnownTable nothing_known;
    hooks.open_known = [&]() -> Result<std::unique_ptr<KnownReader>> { return std::make_unique<TableReader>(nothing_known); };
    hooks.open_look = open_look;
    Nothing nothing;
    const auto swept = run_sweep({"", "survey", SweepDepth::full, nullptr, "", {}, false}, policy, {}, threads, nothing, hooks);
    REQUIRE(swept);
    return *swept;
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_ino;
}

Fd open_for_reading(int directory, const char* name) { return Fd(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)); }

long blocks_read() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_inblock;
}

// Directories with a file each, so that there is something for each thread to do.
void grow_wide(const WatchedTree& tree) {
    for (int i = 0; i < 40; ++i) tree.file(std::to_string(i) + "/file", std::string(4096, 'x'));
}

// How many threads took part in a sweep of two threads, of up to eight, each of whose looks at a file does `work`.
std::size_t threads_that_look(const WatchedTree& tree, const std::function<void(const std::string&)>& work) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    sweep(tree.root, SweepThreads(2, 8), [&] {
        return SweepLook{[&](const SweepEntry& entry) {
                             if (fs::is_directory(entry.path)) return;
                             work(entry.path);
                             const std::lock_guard lock(mutex);
                             threads.insert(std::this_thread::get_id());
                         },
                         {},
                         {}};
    });
    return threads.size();
}

}  // namespace

TEST_CASE("what a directory calls a regular file is opened by who reads it, and nothing else is") {
    const WatchedTree tree;
    tree.file("d/plain");
    tree.file("left");
    fs::create_symlink("plain", tree / "d/link");
    REQUIRE(::mkfifo((tree / "fifo").c_str(), 0600) == 0);
    std::set<std::string> asked;
    std::map<std::string, bool> opened;
    const auto result = sweep(tree.root, 1, [&] {
        return SweepLook{[&](const SweepEntry& entry) {
                             REQUIRE(entry.status != nullptr);
                             CHECK(entry.status->stx_ino == inode_of(entry.path));
                             opened[entry.path] = entry.opened != nullptr;
                             struct stat status {};
                             if (entry.opened != nullptr) {
                                 REQUIRE(::fstat(entry.opened->get(), &status) == 0);
                                 CHECK(status.st_ino == entry.status->stx_ino);
                             }
                         },
                         [&](const std::string& path, int directory, const char* name) {
                             asked.insert(path);
                             return path == tree / "left" ? Fd() : open_for_reading(directory, name);
                         },
                         {}};
    });
    CHECK(result.objects == 6);
    CHECK(asked == std::set<std::string>{tree / "d/plain", tree / "left"});
    CHECK(opened == std::map<std::string, bool>{{tree.root, false}, {tree / "d", false}, {tree / "d/plain", true}, {tree / "d/link", false},
                                                {tree / "left", false}, {tree / "fifo", false}});
}

TEST_CASE("what was opened is what the look is told of, whatever has the name by then") {
    const WatchedTree tree;
    tree.file("file");
    const auto before = inode_of(tree / "file");
    int looks = 0;
    sweep(tree.root, 1, [&] {
        return SweepLook{[&](const SweepEntry& entry) {
                             if (entry.path == tree.root) return;
                             ++looks;
                             CHECK(entry.status->stx_ino == before);
                             CHECK(entry.status->stx_nlink == 0);
                         },
                         [&](const std::string& path, int directory, const char* name) {
                             Fd opened = open_for_reading(directory, name);
                             fs::remove(path);
                             fs::create_directory(path);
                             return opened;
                         },
                         {}};
    });
    CHECK(looks == 1);
}

TEST_CASE("a large file is opened again by who it was handed to") {
    const WatchedTree tree;
    tree.file("large", std::string(2 << 20, 'x'));
    std::atomic<int> opens = 0, looks = 0;
    sweep(tree.root, 2, [&] {
        return SweepLook{[&](const SweepEntry& entry) {
                             if (entry.path == tree.root) return;
                             ++looks;
                             struct stat status {};
                             REQUIRE(::fstat(entry.opened->get(), &status) == 0);
                             CHECK(entry.status->stx_size == 2 << 20);
                             CHECK(entry.status->stx_ino == status.st_ino);
                         },
                         [&](const std::string&, int directory, const char* name) {
                             ++opens;
                             return open_for_reading(directory, name);
                         },
                         {}};
    });
    CHECK(opens == 2);
    CHECK(looks == 1);
}

TEST_CASE("threads are added while a sweep waits for the disk") {
    const WatchedTree tree;
    grow_wide(tree);
    std::atomic<long> read = 0;
    const auto threads = threads_that_look(tree, [&](const std::string& path) {
        const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        const auto before = blocks_read();
        char page[4096];
        ::fsync(file.get());
        ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
        if (::pread(file.get(), page, sizeof page, 0) != sizeof page) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));  // as a slow disk lets it wait
        read += blocks_read() - before;
    });
    if (read == 0) return;  // temporary files are on no disk
    CHECK(threads > 2);
}

TEST_CASE("no thread is added where nothing is read from a disk, however long the looks take") {
    const WatchedTree tree;
    grow_wide(tree);
    CHECK(threads_that_look(tree, [](const std::string&) { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }) <= 2);
}
