#include "touchstone/doctor.hpp"

#include <algorithm>

#include "doctor_probe.hpp"
#include "touchstone/providers.hpp"
#include "tree.hpp"

using namespace touchstone;
using Level = Diagnosis::Level;

namespace {

Diagnosis about(const std::vector<Diagnosis>& all, const std::string& subject) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.subject == subject; });
    REQUIRE(found != all.end());
    return *found;
}

std::vector<Diagnosis> watches(const std::string& path) {
    Config config;
    config.watches = {Rule{path, Profile::content, {}, Severity::low, {}}};
    return examine_watches(config, Policy(config.watches), false);
}

}  // namespace

TEST_CASE("only a failure makes the doctor's exit status") {
    CHECK(exit_status({}) == 0);
    CHECK(exit_status({{Level::ok, "a", "b", ""}, {Level::warn, "a", "b", ""}}) == 0);
    CHECK(exit_status({{Level::warn, "a", "b", ""}, {Level::fail, "a", "b", ""}}) == 1);
}

TEST_CASE("a diagnosis is one line and its advice another; neither moves the cursor") {
    const auto text = describe({{Level::fail, "watch /\x1b", "line one\n  line two", "do this"}, {Level::ok, "b", "c", ""}});
    CHECK(text == "fail  watch /\\x1b: line one\n        line two\n      -> do this\nok    b: c\n\n1 failure, 0 warnings\n");
}

TEST_CASE("a watched path that exists, or does not yet, is fine") {
    const Tree tree;
    CHECK(about(watches(tree.path("w")), "watch " + tree.path("w")).level == Level::ok);
    const auto missing = about(watches(tree.path("w/x/y")), "watch " + tree.path("w/x/y"));
    CHECK(missing.level == Level::ok);
    CHECK(missing.meaning.find("watched for, from " + tree.path("w")) != std::string::npos);
}

TEST_CASE("a symbolic link among the parents, or at the end, is warned of with the real path") {
    const Tree tree;
    tree.write("w/real/file", "x");
    std::filesystem::create_symlink("real", tree.path("w/link"));
    const auto parent = about(watches(tree.path("w/link/file")), "watch " + tree.path("w/link/file"));
    CHECK(parent.level == Level::warn);
    CHECK(parent.advice.find(tree.path("w/real/file")) != std::string::npos);
    const auto itself = about(watches(tree.path("w/link")), "watch " + tree.path("w/link"));
    CHECK(itself.level == Level::warn);
    CHECK(itself.advice.find(tree.path("w/real")) != std::string::npos);
}

TEST_CASE("a link whose target is watched as well is fine") {
    const Tree tree;
    tree.write("w/real/file", "x");
    std::filesystem::create_symlink("real", tree.path("w/link"));
    Config config;
    for (const char* name : {"w/real", "w/link"}) config.watches.push_back(Rule{tree.path(name), Profile::content, {}, Severity::low, {}});
    CHECK(about(examine_watches(config, Policy(config.watches), false), "watch " + tree.path("w/link")).level == Level::ok);
}

TEST_CASE("what holds for the marks of many watches is said once") {
    const Tree tree;
    Config config;
    for (const char* name : {"w/a", "w/b", "w/c", "w/d", "w/e"}) config.watches.push_back(Rule{tree.path(name), Profile::content, {}, Severity::low, {}});
    const auto all = examine_watches(config, Policy(config.watches), false);
    CHECK(std::count_if(all.begin(), all.end(), [](const auto& each) { return each.subject.starts_with("marks for "); }) == 1);
    about(all, "marks for " + tree.path("w/a") + ", " + tree.path("w/b") + ", " + tree.path("w/c") + " and 2 more");
}

TEST_CASE("what is not seen at once is found by the verification in the background, if that is on") {
    CHECK(about(examine_limits_of_sight(std::chrono::hours(24)), "raw devices").level == Level::ok);
    CHECK(about(examine_limits_of_sight(std::chrono::hours(24)), "raw devices").meaning.find("[verify] period") != std::string::npos);
    CHECK(about(examine_limits_of_sight({}), "raw devices").meaning.find("[verify] period") == std::string::npos);
}

TEST_CASE("a file system that cannot tell of changes is warned of") {
    const auto proc = about(watches("/proc/sys"), "marks for /proc/sys");
    CHECK(proc.level != Level::ok);
}

TEST_CASE("an installation without a baseline fails, and one with a whole one passes") {
    const Tree tree;
    tree.write("w/a", "x");
    LoadedConfig loaded;
    loaded.config.baseline.path = tree.baseline();
    loaded.config.state.path = tree.state();
    loaded.config.json.path = tree.path("log/events.jsonl");
    CHECK(about(examine_installation(loaded), "baseline").level == Level::fail);
    build_baseline(tree, tree.watch());
    auto built = examine_installation(loaded);
    CHECK(about(built, "baseline").level == Level::ok);
    CHECK(about(built, "baseline content").level == Level::ok);
    CHECK(about(built, "state").level == Level::ok);
    CHECK(about(built, "JSON log").level == Level::ok);
    loaded.config.baseline.digest = DigestAlgorithm::sha512;
    CHECK(about(examine_installation(loaded), "baseline").level == Level::warn);
    loaded.config.baseline.digest = DigestAlgorithm::sha256;
    tree.write("late.toml", "x");  // the test's baseline says it was built at the epoch
    loaded.files = {tree.path("late.toml")};
    CHECK(about(examine_installation(loaded), "baseline").meaning.find("older than " + tree.path("late.toml")) != std::string::npos);
    tree.write("b/baseline.db", std::string(4096, 'x'));
    CHECK(about(examine_installation(loaded), "baseline").level == Level::fail);
}

TEST_CASE("no output at all is a failure") {
    LoadedConfig loaded;
    loaded.config.json.enabled = false;
    loaded.config.journald.enabled = false;
    CHECK(about(examine_installation(loaded), "outputs").level == Level::fail);
}

TEST_CASE("a source of truth that is configured, and that the program was built without, is warned of") {
    const std::string name = GENERATE("rpm", "ostree", "selinux");
    const auto& built_in = provider_names();
    const bool missing = std::find(built_in.begin(), built_in.end(), name) == built_in.end();
    const auto warned = [&](const std::string& origin) {
        LoadedConfig loaded;
        loaded.origins["providers." + name + ".enabled"] = origin;
        const auto all = examine_installation(loaded);
        return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.subject == "provider " + name && each.level == Level::warn; });
    };
    CHECK(warned("/etc/touchstone/touchstone.toml:7") == missing);
    CHECK_FALSE(warned("default"));
}

TEST_CASE("every failure and warning of this host comes with a word on what it means") {
    auto all = examine_kernel();
    for (auto& more : {examine_privileges(), examine_probes(ProbeUse::automatic), examine_limits_of_sight({})}) all.insert(all.end(), more.begin(), more.end());
    CHECK(all.size() >= 15);
    for (const auto& each : all) {
        CHECK_FALSE(each.subject.empty());
        CHECK_FALSE(each.meaning.empty());
        if (each.level == Level::fail) CHECK_FALSE(each.advice.empty());
    }
}
