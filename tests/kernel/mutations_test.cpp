// Every way to change a watched object is told, with who did it, in whatever tier runs; and every way to do nothing is not.
// What a whole daemon makes of it: tests/coverage.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
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

class Stage {
public:
    Stage(const std::string& root, const std::string& type) {
        scene.home = root + "/case";
        scene.type = type;
        ::chmod(std::filesystem::path(root).parent_path().c_str(), 0755);  // for the acts of other users
        lay_out(scene);
    }
    ~Stage() {
        for (const auto& object : watched_) probes().unwatch(object);
        clear(scene);
        drain();
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
    if (!stage.act(mutation).empty()) return;  // the kernel or the file system has no such thing
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
