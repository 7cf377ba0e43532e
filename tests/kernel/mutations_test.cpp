// Every way to change a watched object is told, with who did it, in whatever tier runs; and every way to do nothing is not.
// TOUCHSTONE_COVERAGE names a file that each result is appended to, for the table in docs/coverage.md.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "kernel/mutations/mutation.hpp"
#include "kernel/probe_ground.hpp"
#include "support/filesystem_fixture.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

// One for all cases: loading takes long where kernels are emulated.
Probes& probes() {
    static const auto loaded = [] {
        auto options = probe_options();
        options.ring_bytes = 1 << 20;
        options.watched = options.seen = 4096;
        return Probes::load(options);
    }();
    if (!loaded) FAIL(loaded.error().what);
    return **loaded;
}

bool applies(const Exception& exception, const std::string& type) {
    const bool timestamps = probes().tier() == ProbeTier::timestamps;
    const std::string tier = timestamps ? "timestamps" : "fentry", where = exception.where;
    return where == tier || where == type || where == tier + " " + type;
}

const Exception* exception_of(const Mutation& mutation, const std::string& type) {
    const auto found = std::find_if(mutation.exceptions.begin(), mutation.exceptions.end(), [&](const auto& each) { return applies(each, type); });
    return found == mutation.exceptions.end() ? nullptr : &*found;
}

void note(const Mutation& mutation, const std::string& type, const char* result, const char* why) {
    const char* path = std::getenv("TOUCHSTONE_COVERAGE");
    if (path == nullptr) return;
    utsname system{};
    ::uname(&system);
    std::ofstream(path, std::ios::app) << system.release << '\t' << name_of(probes().tier()) << '\t' << type << '\t' << name_of(mutation.group) << '\t'
                                       << mutation.name << '\t' << result << '\t' << why << '\n';
}

class Stage {
public:
    Stage(const std::string& root, const std::string& type) {
        scene.home = root + "/case";
        scene.type = type;
        ::chmod(std::filesystem::path(root).parent_path().c_str(), 0755);  // for the acts of other users
        std::filesystem::create_directories(scene.tree());
        std::filesystem::create_directories(scene.outside());
        for (const auto& path : {scene.file(), scene.other()}) {
            const Fd fd = open_at(path, O_CREAT | O_RDWR);
            const std::string content(16384, 'a');
            must(::write(fd.get(), content.data(), content.size()) == 16384 && ::fsync(fd.get()) == 0, "make a file");
        }
        void* shared = ::mmap(nullptr, sizeof(std::int32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        must(shared != MAP_FAILED, "mmap");
        scene.writer = static_cast<std::int32_t*>(shared);
    }
    ~Stage() {
        for (auto undo = scene.undo.rbegin(); undo != scene.undo.rend(); ++undo) (*undo)();
        scene.fds.clear();
        if (scene.memory != nullptr) ::munmap(scene.memory, 8192);
        ::munmap(scene.writer, sizeof(std::int32_t));
        for (const auto& object : watched_) probes().unwatch(object);
        drain();
        std::error_code ignored;
        std::filesystem::remove_all(scene.home, ignored);
    }

    // Why the case does not apply here; "" when it was acted.
    std::string act(const Mutation& mutation) {
        try {
            if (mutation.prepare) mutation.prepare(scene);
        } catch (const Unsupported& why) {
            return why.what();
        }
        watch(scene.tree(), WatchKind::directory);
        const auto file = object_at(scene.file()), tree = object_at(scene.tree());
        if (scene.watch_file) watch(scene.file(), WatchKind::object);
        probes().looked_at(file.inode);
        probes().looked_at(tree.inode);
        drain();
        touches_.clear();
        const auto done = in_child([&] {
            try {
                mutation.act(scene);
            } catch (const Unsupported&) {
                ::_exit(kUnsupported);
            }
        });
        drain();
        if (done.status == kUnsupported) return "not supported";
        CHECK(done.status == 0);
        doer = *scene.writer != 0 ? *scene.writer : done.child;
        for (const auto& touch : touches_) {
            if (touch.object == file) of_file.push_back(touch);
            if (touch.object == tree) of_tree.push_back(touch);
        }
        return {};
    }

    Scene scene;
    pid_t doer = 0;
    std::vector<TouchRecord> of_file, of_tree;

private:
    static constexpr int kUnsupported = 77;

    void watch(const std::string& path, WatchKind kind) {
        watched_.push_back(object_at(path));
        REQUIRE(probes().watch(watched_.back(), kind));
    }
    void drain() {
        const auto lost = probes().drain([&](const ProbeRecord& record) {
            if (const auto* touch = std::get_if<TouchRecord>(&record)) touches_.push_back(*touch);
        });
        CHECK(lost.touches == 0);
    }

    std::vector<KernelObject> watched_;
    std::vector<TouchRecord> touches_;
};

void check(const Mutation& mutation, const std::string& root, const std::string& type) {
    Stage stage(root, type);
    if (const auto why = stage.act(mutation); !why.empty()) return note(mutation, type, "not there", why.c_str());
    const auto* exception = exception_of(mutation, type);
    const auto expected = exception != nullptr ? exception->told : mutation.told;
    const auto& told = expected == Told::tree ? stage.of_tree : stage.of_file;
    std::set<pid_t> writers;
    for (const auto& touch : told) writers.insert(touch.process.pid);
    INFO(name_of(probes().tier()) << " on " << type << ": told of the file " << stage.of_file.size() << " times, of the directory " << stage.of_tree.size());
    if (expected == Told::nothing) {
        CHECK(stage.of_file.empty());
        CHECK((mutation.told == Told::tree || stage.of_tree.empty() || exception != nullptr));
    } else {
        CHECK_FALSE(told.empty());
        if (mutation.who == Who::act) CHECK(writers == std::set<pid_t>{stage.doer});
    }
    const bool seen = !stage.of_file.empty() || !stage.of_tree.empty();
    note(mutation, type, seen ? "told" : "not told", exception != nullptr ? exception->why : "");
}

// A file system to act on, or none where the kernel lacks it.
std::unique_ptr<FileSystemFixture> ground_of(const std::string& type) {
    try {
        return std::make_unique<FileSystemFixture>(type);
    } catch (const std::exception& error) {
        WARN("no " << type << " here: " << error.what());
        return nullptr;
    }
}

void check_all(const std::string& type) {
    static std::map<std::string, std::unique_ptr<FileSystemFixture>> grounds;
    if (!grounds.contains(type)) grounds[type] = ground_of(type);
    if (!grounds[type]) return;
    const auto root = grounds[type]->path();
    static const auto all = mutations();
    for (const auto& mutation : all) DYNAMIC_SECTION(name_of(mutation.group) << ": " << mutation.name) check(mutation, root, type);
}

}  // namespace

TEST_CASE("every probe of the tier is attached") {
    for (const auto& report : probes().reports()) {
        INFO(report.name << ": " << report.why_not);
        CHECK_FALSE(report.missing);
    }
}

TEST_CASE("mutations on ext4") { check_all("ext4"); }
TEST_CASE("mutations on xfs") { check_all("xfs"); }
TEST_CASE("mutations on btrfs") { check_all("btrfs"); }
TEST_CASE("mutations on tmpfs") { check_all("tmpfs"); }
