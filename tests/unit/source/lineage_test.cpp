// Processes as the probes tell them.
#include "lineage.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace touchstone;

namespace {

constexpr std::uint64_t kTick = 10'000'000;

// What /proc would show, and a lineage that reads it.
struct World {
    std::map<std::int32_t, Lineage::Running> running;
    Lineage lineage;

    explicit World(std::size_t limit = 100)
        : lineage(Lineage::Setup{limit, WallTime{}, Nanoseconds(kTick),
                                 [this](std::int32_t pid) -> std::optional<Lineage::Running> {
                                     const auto found = running.find(pid);
                                     if (found == running.end()) return std::nullopt;
                                     return found->second;
                                 },
                                 [](std::int32_t pid, std::uint64_t ticks) { return std::to_string(pid) + "@" + std::to_string(ticks); },
                                 [](std::uint64_t id) { return id == 7 ? std::string("/system.slice/a.service") : std::string(); }}) {}

    void runs(std::int32_t pid, const std::string& name, std::int32_t parent, std::uint64_t ticks) {
        Process process;
        process.name = name;
        running[pid] = {process, parent, ticks};
    }
    void fork(ProcessKey parent, ProcessKey child) { lineage.forked({parent, child, 0}); }
    void exec(ProcessKey process, ProcessKey parent, const std::string& path) {
        ExecRecord record;
        record.process = process;
        record.parent = parent;
        record.path = path;
        record.name = path.substr(path.rfind('/') + 1);
        record.args = {record.name};
        record.login_uid = record.session = 4294967295;
        record.cgroup = 7;
        lineage.executed(record);
    }
    void exit(ProcessKey process) { lineage.exited({process, 0}); }
    std::string line(const ActorRef& actor) const {
        if (!actor) return "nobody";
        std::string text = actor->process.name;
        for (const auto& each : actor->ancestors) text += " < " + each.name;
        return text;
    }
};

constexpr ProcessKey kInit{1, kTick}, kShell{10, 100 * kTick}, kCopy{11, 200 * kTick};

}  // namespace

TEST_CASE("a process that is gone, and whose number is another's, is still named with its parents") {
    World world;
    world.runs(1, "init", 0, 1);
    world.fork(kInit, kShell);
    world.exec(kShell, kInit, "/bin/sh");
    world.fork(kShell, kCopy);
    world.exec(kCopy, kShell, "/bin/cp");
    world.exit(kCopy);
    const Credentials root{};
    CHECK(world.line(world.lineage.find(kCopy, &root)) == "cp < sh < init");
    CHECK(world.line(world.lineage.find(11, false)) == "cp < sh < init");
    CHECK(world.lineage.find(kCopy, &root)->process.entity_id == "11@200");
    CHECK(world.lineage.find(kCopy, &root)->process.cgroup == "/system.slice/a.service");
    const ProcessKey other{11, 300 * kTick};
    world.fork(kInit, other);
    CHECK(world.line(world.lineage.find(kCopy, &root)) == "cp < sh < init");
    CHECK(world.line(world.lineage.find(11, true)) == "init < init");
    world.exit(other);
    // By the number alone it could be either.
    CHECK(world.line(world.lineage.find(11, false)) == "nobody");
}

TEST_CASE("a child that runs no program of its own is what its parent is, and itself") {
    World world;
    world.fork(kInit, kShell);
    world.exec(kShell, kInit, "/bin/sh");
    world.fork(kShell, kCopy);
    const auto child = world.lineage.find(kCopy, nullptr);
    CHECK(world.line(child) == "sh < sh");
    CHECK(child->process.entity_id == "11@200");
    CHECK(child->process.pid == 11);
}

TEST_CASE("a process that began before the probes is read, if it is the same one") {
    World world;
    world.runs(10, "sh", 1, 100);
    world.runs(1, "init", 0, 1);
    const ProcessKey late{10, 100 * kTick + 12345};  // within the tick that /proc shows
    CHECK(world.line(world.lineage.find(late, nullptr)) == "sh < init");
    CHECK(world.line(world.lineage.find(ProcessKey{10, 999 * kTick}, nullptr)) == "nobody");
    CHECK(world.line(world.lineage.find(ProcessKey{12, kTick}, nullptr)) == "nobody");
}

TEST_CASE("a parent that is younger than its child is none") {
    World world;
    world.runs(10, "sh", 20, 100);
    world.runs(20, "later", 1, 500);
    CHECK(world.line(world.lineage.find(kShell, nullptr)) == "sh");
}

TEST_CASE("the user is that of the moment of the touch") {
    World world;
    world.exec(kShell, kInit, "/bin/su");
    const Credentials other{0, 1000, 0, 1000};
    CHECK(world.lineage.find(kShell, &other)->process.uid == 1000);
    CHECK(world.lineage.find(kShell, &other)->process.real_uid == 0);
}

TEST_CASE("the table is bounded: who has been gone longest goes first") {
    World world(10);
    for (int i = 0; i < 1000; ++i) {
        const ProcessKey each{100 + i, (1000 + static_cast<std::uint64_t>(i)) * kTick};
        world.fork(kInit, each);
        world.exit(each);
    }
    CHECK(world.lineage.size() <= 11);
    CHECK(world.lineage.find(1099, false));
    CHECK_FALSE(world.lineage.find(100, false));
}

TEST_CASE("who is entered last is there, however full the table is of living and of ended ones") {
    World world(2);
    for (std::int32_t pid = 100; pid < 120; ++pid) {
        const ProcessKey key{pid, static_cast<std::uint64_t>(pid) * kTick};
        world.exec(key, kInit, "/bin/many");
        CHECK(world.line(world.lineage.find(key, nullptr)) == "many");
        CHECK(world.lineage.size() <= 4);
        if (pid % 3 == 0) world.exit(key);
    }
    // One that is read when its end is told, in a table that is full of ended ones.
    world.runs(10, "sh", 1, 100);
    world.lineage.remember(10, world.running.at(10));
    world.exit(kShell);
    CHECK(world.line(world.lineage.find(kShell, nullptr)) == "sh");
}

TEST_CASE("after a loss nothing that was told holds") {
    World world;
    world.exec(kShell, kInit, "/bin/sh");
    world.lineage.doubt();
    CHECK(world.line(world.lineage.find(10, true)) == "nobody");
}

TEST_CASE("a process that began before the probes is known when it has gone by its first touch") {
    World world;
    world.runs(1, "init", 0, 1);
    world.runs(10, "sh", 1, 100);
    const Credentials root{};
    world.lineage.remember(10, world.running.at(10));
    world.running.erase(10);
    CHECK(world.line(world.lineage.find(ProcessKey{10, 101 * kTick}, &root)) == "nobody");
    SECTION("by its touch") { CHECK(world.line(world.lineage.find(kShell, &root)) == "sh < init"); }
    SECTION("by its end") {
        world.exit(kShell);
        CHECK(world.line(world.lineage.find(10, false)) == "sh < init");
    }
    SECTION("as somebody's parent") {
        world.runs(11, "cp", 10, 200);
        CHECK(world.line(world.lineage.find(kCopy, &root)) == "cp < sh < init");
    }
    SECTION("but not when the number is another's") {
        world.fork(kInit, {10, 300 * kTick});
        CHECK(world.line(world.lineage.find(kShell, &root)) == "nobody");
    }
    SECTION("but not when records were lost") {
        world.lineage.doubt();
        CHECK(world.line(world.lineage.find(kShell, &root)) == "nobody");
    }
}

TEST_CASE("what /proc shows of a zombie does not hide what it was") {
    World world;
    world.runs(10, "sh", 0, 100);
    world.running.at(10).process.executable = "/bin/sh";
    world.lineage.remember(10, world.running.at(10));
    world.running.at(10).process.executable.clear();
    const Credentials root{};
    const auto actor = world.lineage.find(kShell, &root);
    REQUIRE(actor);
    CHECK(actor->process.executable == "/bin/sh");
}
