#include "fanotify_volumes.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

Mount mount(int id, int parent, std::uint64_t device, std::string root, std::string point, std::string type = "ext4") {
    return Mount{id, parent, device, std::move(root), std::move(point), std::move(type), "source"};
}

std::vector<Mount> table() {
    return {mount(1, 0, 10, "/", "/"), mount(2, 1, 20, "/", "/data"), mount(3, 1, 20, "/sub", "/srv/shown"), mount(4, 1, 30, "/", "/proc", "proc")};
}

Policy watching(const std::vector<std::string>& paths) {
    std::vector<Rule> rules;
    for (const auto& path : paths) {
        Rule rule;
        rule.path = path;
        rules.push_back(rule);
    }
    return Policy(rules);
}

struct Scratch {
    std::filesystem::path path;
    Scratch() {
        std::string name = std::filesystem::temp_directory_path() / "volumes-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~Scratch() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a path of one mount is a path of the file system, and of its other mounts") {
    Volumes volumes;
    volumes.set_mounts(table());
    const Volume* data = volumes.of_device(20);
    REQUIRE(data != nullptr);
    REQUIRE(data->views.size() == 2);
    CHECK(inner_path(data->views[0], "/data") == "/");
    CHECK(inner_path(data->views[0], "/data/sub/f") == "/sub/f");
    CHECK(inner_path(data->views[1], "/srv/shown") == "/sub");
    CHECK(inner_path(data->views[1], "/srv/shown/f") == "/sub/f");
    CHECK(inner_path(table()[0], "/etc") == "/etc");
    CHECK(inner_path(table()[0], "/") == "/");

    CHECK(volumes.views_of(*data, "/sub/f") == std::vector<std::string>{"/data/sub/f", "/srv/shown/f"});
    CHECK(volumes.views_of(*data, "/sub") == std::vector<std::string>{"/data/sub", "/srv/shown"});
    CHECK(volumes.views_of(*data, "/subtle") == std::vector<std::string>{"/data/subtle"});
    CHECK(volumes.views_of(*data, "/") == std::vector<std::string>{"/data"});
}

TEST_CASE("what another mount covers is not seen") {
    auto mounts = table();
    mounts.push_back(mount(5, 2, 40, "/", "/data/sub"));
    Volumes volumes;
    volumes.set_mounts(mounts);
    CHECK(volumes.views_of(*volumes.of_device(20), "/sub/f") == std::vector<std::string>{"/srv/shown/f"});
    CHECK(volumes.views_of(*volumes.of_device(40), "/f") == std::vector<std::string>{"/data/sub/f"});
}

TEST_CASE("a volume keeps its id while mounted, and a new one never gets an old id") {
    Volumes volumes;
    volumes.set_mounts(table());
    const auto id = volumes.of_device(20)->id;
    volumes.set_event_identity(*volumes.of_device(20), 0, 77);
    volumes.set_mounts({table()[0], table()[2]});
    CHECK(volumes.of_device(20)->id == id);
    CHECK(volumes.of_event(0, 77)->id == id);
    volumes.set_mounts({table()[0]});
    CHECK(volumes.of_device(20) == nullptr);
    CHECK(volumes.of_event(0, 77) == nullptr);
    CHECK(volumes.of_mount(2) == nullptr);
    volumes.set_mounts(table());
    CHECK(volumes.of_device(20)->id != id);
    CHECK(volumes.of_mount(3) == volumes.of_device(20));
}

TEST_CASE("the same line in the mount table may be another mount") {
    Volumes volumes;
    volumes.set_mounts(table());
    const auto id = volumes.of_device(20)->id;
    volumes.of_device(20)->marking = Marking::file_system;
    volumes.set_mounts(table(), {2});
    CHECK(volumes.of_device(20)->id != id);
    CHECK(volumes.of_device(20)->marking == Marking::none);
}

TEST_CASE("a group of its own is told by its number, not by the fsid") {
    Volumes volumes;
    volumes.set_mounts(table());
    volumes.set_event_identity(*volumes.of_device(10), 0, 5);
    volumes.set_event_identity(*volumes.of_device(20), 3, 5);
    CHECK(volumes.of_event(0, 5) == volumes.of_device(10));
    CHECK(volumes.of_event(3, 999) == volumes.of_device(20));
    CHECK(volumes.of_event(4, 5) == nullptr);
}

TEST_CASE("the plan: the home of each watch, the mounts in it, and the way there") {
    const Scratch scratch;
    const std::string top = scratch.path;
    std::filesystem::create_directories(top + "/w/inner");
    const std::vector<Mount> mounts{mount(1, 0, 10, "/", "/"), mount(2, 1, 20, "/", top), mount(3, 2, 30, "/", top + "/w/inner"),
                                    mount(4, 2, 40, "/", top + "/other"), mount(5, 2, 50, "/", top + "/w/proc", "proc")};
    const auto plan = plan_marks(watching({top + "/w"}), mounts, {});
    CHECK(plan.devices.size() == 2);
    CHECK(plan.devices.contains(20));  // not 10: of the root file system only the directories on the way
    CHECK(plan.devices.contains(30));
    CHECK(plan.ancestors.front() == "/");
    CHECK(plan.ancestors.back() == top + "/w");
    CHECK(std::find(plan.ancestors.begin(), plan.ancestors.end(), top) != plan.ancestors.end());

    CHECK(plan_marks(watching({top + "/w"}), mounts, {"proc"}).devices.contains(50));
    CHECK(plan_marks(watching({top + "/w/proc"}), mounts, {}).devices.size() == 1);  // does not exist: its nearest ancestor's
}

TEST_CASE("the plan for what does not exist yet is that of its nearest ancestor, symbolic links not followed") {
    const Scratch scratch;
    const std::string top = scratch.path;
    std::filesystem::create_directories(top + "/real/deep");
    std::filesystem::create_symlink("real", top + "/link");
    const std::vector<Mount> mounts{mount(1, 0, 10, "/", "/"), mount(2, 1, 20, "/", top)};
    CHECK(plan_marks(watching({top + "/no/such/thing"}), mounts, {}).ancestors.back() == top);
    CHECK(plan_marks(watching({top + "/link/deep"}), mounts, {}).ancestors.back() == top);
    CHECK(plan_marks(watching({"/"}), mounts, {}).ancestors == std::vector<std::string>{"/"});
}
