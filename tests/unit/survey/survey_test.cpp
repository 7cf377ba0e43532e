#include <fcntl.h>
#include <sys/stat.h>

#include <mutex>
#include <set>
#include <thread>

#include "touchstone/observe.hpp"
#include "tree.hpp"

using namespace touchstone;

namespace {

std::set<std::string> names(const ByPath& seen, const Tree& tree) {
    std::set<std::string> out;
    for (const auto& [path, one] : seen) out.insert(path == tree.path("w") ? "" : path.substr(tree.path("w").size() + 1));
    return out;
}

// By read(2) and its like, of this process.
std::uint64_t bytes_read() {
    std::ifstream file("/proc/self/io");
    std::string word;
    std::uint64_t bytes = 0;
    file >> word >> bytes;
    REQUIRE(word == "rchar:");
    return bytes;
}

}  // namespace

TEST_CASE("every watched object is looked at once, whatever it is") {
    const Tree tree;
    tree.write("w/file", "content");
    tree.write("w/d/e/deep", "x");
    tree.write("w/" + std::string("bad\xff\nname"), "x");
    tree.write("w/swap.swp", "x");
    tree.write("outside", "x");
    std::filesystem::create_symlink("file", tree.path("w/link"));
    REQUIRE(::mkfifo(tree.path("w/fifo").c_str(), 0600) == 0);
    auto options = options_for_tests();
    options.leave_out = [&](const std::string& path) { return path == tree.path("w/d/e/deep"); };
    SurveyProgress progress;
    std::multiset<std::string> seen;
    const auto result = survey(tree.watch(Profile::content, {"*.swp"}), options, {}, progress, [&](Surveyed one) -> Status {
        seen.insert(one.now.path.substr(tree.path("w").size()));
        CHECK(one.now.attributes() != nullptr);
        CHECK(one.rule->path == tree.path("w"));
        CHECK_FALSE(one.expected);
        return {};
    });
    REQUIRE(result);
    CHECK(seen == std::multiset<std::string>{"", "/file", "/d", "/d/e", std::string("/bad\xff\nname"), "/link", "/fifo"});
    CHECK(result->objects == 7);
    CHECK(progress.objects == 7);
    CHECK(progress.bytes == 8);
    CHECK_FALSE(result->cancelled);
    CHECK(result->unlisted == 0);
}

TEST_CASE("large files among small ones have the digests that they have alone") {
    const Tree tree;
    for (int i = 0; i < 60; ++i) tree.write("w/" + std::to_string(i % 4) + "/" + std::to_string(i), std::string(static_cast<std::size_t>(1) << (i % 22), static_cast<char>('a' + i % 26)));
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    auto options = options_for_tests();
    options.threads = GENERATE(1u, 3u);
    SurveyProgress progress;
    std::size_t files = 0;
    const auto result = survey(tree.watch(), options, {}, progress, [&](Surveyed one) -> Status {
        CHECK(one.now.look == observer->look(one.now.path, {}, unracy_now()).look);
        files += one.now.attributes()->type == FileType::regular;
        return {};
    });
    REQUIRE(result);
    CHECK(files == 60);
    CHECK(result->objects == 65);
}

TEST_CASE("what becomes another file while it waits for a second one to be read is looked at as it is then") {
    const Tree tree;
    tree.write("w/a", std::string(100'000, 'a'));
    tree.write("w/b", "small");
    bool done = false;
    std::function<void()> change;
    std::string expected(100'000, 'n');
    SECTION("replaced") {
        change = [&] {
            tree.write("new", expected);
            tree.rename("new", "w/a");
        };
    }
    SECTION("written to") { change = [&] { tree.write("w/a", expected); }; }
    SECTION("removed") {
        expected.clear();
        change = [&] { std::filesystem::remove(tree.path("w/a")); };
    }
    auto options = options_for_tests();
    options.threads = 1;
    options.open_sift = [&]() -> Sift {
        return [&](const Surveyed& one) {
            if (one.now.path == tree.path("w/b")) change();
            done = done || one.now.path == tree.path("w/b");
            return true;
        };
    };
    const auto seen = survey_all(tree.watch(), options);
    CHECK(done);
    CHECK(seen.count(tree.path("w/a")) == (expected.empty() ? 0 : 1));
    if (expected.empty()) return;
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    CHECK(seen.at(tree.path("w/a")).now.look == observer->look(tree.path("w/a"), {}, unracy_now()).look);
    CHECK(seen.at(tree.path("w/a")).now.attributes()->size == expected.size());
}

TEST_CASE("more objects than the queues hold pass through") {
    const Tree tree;
    for (int i = 0; i < 400; ++i) tree.write("w/" + std::to_string(i % 7) + "/" + std::to_string(i), "x");
    auto options = options_for_tests();
    options.queue = 1;
    options.threads = 4;
    CHECK(survey_all(tree.watch(), options).size() == 408);
    const std::atomic<bool> no{false};
    CHECK(count_objects(tree.watch(), options, no) == 408);
}

TEST_CASE("what is expected and missing is given as absent") {
    const Tree tree;
    tree.write("w/stays", "x");
    tree.write("w/goes", "x");
    tree.write("w/d/below", "x");
    build_baseline(tree, tree.watch());
    std::filesystem::remove(tree.path("w/goes"));
    std::filesystem::remove_all(tree.path("w/d"));
    const auto seen = survey_all(tree.watch(), options_for_tests(), tree.expected());
    CHECK(names(seen, tree) == std::set<std::string>{"", "stays", "goes", "d", "d/below"});
    for (const char* gone : {"w/goes", "w/d", "w/d/below"}) {
        const auto& one = seen.at(tree.path(gone));
        CHECK(one.now.absent());
        REQUIRE(one.expected);
        CHECK(one.expected->attributes() != nullptr);
    }
    const auto& stays = seen.at(tree.path("w/stays"));
    REQUIRE(stays.expected);
    CHECK(stays.expected->attributes()->digest == stays.now.attributes()->digest);
}

TEST_CASE("content that changed under an unchanged size and mtime is read again") {
    const Tree tree;
    tree.write("w/a", "before");
    build_baseline(tree, tree.watch());
    const auto mtime = std::filesystem::last_write_time(tree.path("w/a"));
    tree.write("w/a", "after!");
    std::filesystem::last_write_time(tree.path("w/a"), mtime);
    const auto seen = survey_all(tree.watch(), options_for_tests(), tree.expected());
    const auto& one = seen.at(tree.path("w/a"));
    CHECK(one.expected->attributes()->digest != one.now.attributes()->digest);
}

TEST_CASE("only the scopes are surveyed, and nothing twice") {
    const Tree tree;
    tree.write("w/a/x", "x");
    tree.write("w/a/deep/y", "x");
    tree.write("w/ab/z", "x");
    auto options = options_for_tests();
    options.scopes = {tree.path("w/a/deep"), tree.path("w/a"), tree.path("w/a")};
    SurveyResult result;
    const auto seen = survey_all(tree.watch(), options, {}, &result);
    CHECK(names(seen, tree) == std::set<std::string>{"a", "a/x", "a/deep", "a/deep/y"});
    CHECK(result.objects == 4);
    options.scopes = {tree.path("w/ab/z")};
    CHECK(names(survey_all(tree.watch(), options), tree) == std::set<std::string>{"ab/z"});
}

TEST_CASE("a scope that has gone is given as absent with all that was below") {
    const Tree tree;
    tree.write("w/a/x", "x");
    build_baseline(tree, tree.watch());
    std::filesystem::remove_all(tree.path("w/a"));
    auto options = options_for_tests();
    options.scopes = {tree.path("w/a")};
    CHECK(names(survey_all(tree.watch(), options, tree.expected()), tree) == std::set<std::string>{"a", "a/x"});
}

TEST_CASE("a file with two names is hashed once") {
    const Tree tree;
    constexpr std::uint64_t kSize = 64 << 20;
    tree.write("w/one", "content");
    std::filesystem::resize_file(tree.path("w/one"), kSize);
    std::filesystem::create_hard_link(tree.path("w/one"), tree.path("w/two"));
    auto options = options_for_tests();
    options.threads = 1;
    const auto before = bytes_read();
    const auto seen = survey_all(tree.watch(), options);
    const auto read = bytes_read() - before;
    CHECK(read >= kSize);
    CHECK(read < 2 * kSize);
    const auto& one = seen.at(tree.path("w/one")).now;
    const auto& two = seen.at(tree.path("w/two")).now;
    CHECK(one.attributes()->digest == two.attributes()->digest);
    CHECK(one.attributes()->digest.size() == 32);
}

TEST_CASE("a file whose names are met by several threads at the same moment is hashed once") {
    const Tree tree;
    constexpr std::uint64_t kSize = 32 << 20;
    tree.write("w/0", "content");
    std::filesystem::resize_file(tree.path("w/0"), kSize);
    for (int i = 1; i < 8; ++i) {
        std::filesystem::create_directories(tree.path("w/d" + std::to_string(i)));
        std::filesystem::create_hard_link(tree.path("w/0"), tree.path("w/d" + std::to_string(i) + "/name"));
    }
    auto options = options_for_tests();
    options.threads = 4;
    const auto before = bytes_read();
    const auto seen = survey_all(tree.watch(), options);
    const auto read = bytes_read() - before;
    CHECK(read >= kSize);
    CHECK(read < kSize + kSize / 2);
    REQUIRE(seen.size() == 16);
    for (const auto& [path, one] : seen) {
        REQUIRE(one.now.attributes() != nullptr);
        if (one.now.attributes()->type == FileType::regular) CHECK(one.now.attributes()->digest == seen.at(tree.path("w/0")).now.attributes()->digest);
    }
}

TEST_CASE("a directory of many files is shared, and every file is given once") {
    const Tree tree;
    for (int i = 0; i < 1000; ++i) tree.write("w/" + std::to_string(i), std::to_string(i));
    auto options = options_for_tests();
    options.threads = 4;
    std::mutex mutex;
    std::set<std::thread::id> threads;
    options.leave_out = [&](const std::string&) {  // asked by the thread that looks
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
        return false;
    };
    std::multiset<std::string> seen;
    SurveyProgress progress;
    REQUIRE(survey(tree.watch(), options, {}, progress, [&](Surveyed one) -> Status {
        seen.insert(one.now.path);
        return {};
    }));
    CHECK(seen.size() == 1001);
    CHECK(std::set(seen.begin(), seen.end()).size() == 1001);
    CHECK(threads.size() > 1);
}

TEST_CASE("a large file keeps nobody waiting") {
    const Tree tree;
    tree.write("w/a-large", "");
    std::filesystem::resize_file(tree.path("w/a-large"), 1ull << 36);  // minutes of hashing, no blocks on disk
    for (int i = 0; i < 300; ++i) tree.write("w/d" + std::to_string(i % 3) + "/" + std::to_string(i), "x");
    auto options = options_for_tests();
    options.threads = 2;
    SurveyProgress progress;
    std::uint64_t small = 0;
    const auto result = survey(tree.watch(), options, {}, progress, [&](Surveyed) -> Status {
        if (++small == 304) progress.cancel = true;  // all but the large one
        return {};
    });
    REQUIRE(result);
    CHECK(small == 304);
    CHECK(result->cancelled);
    CHECK(progress.bytes < 1000);  // that was not hashed to its end before
}

TEST_CASE("a file that never stands still is looked at again, and then given as unreadable") {
    const Tree tree;
    tree.write("w/quiet", "x");
    tree.write("w/busy", "x");
    std::filesystem::resize_file(tree.path("w/busy"), 128 << 20);  // no look of it is shorter than the writer's wait for its turn
    std::atomic<bool> done{false}, begun{false};
    std::thread writer([&] {
        while (!done) {
            tree.append("w/busy", "x");
            begun = true;
        }
    });
    while (!begun) std::this_thread::yield();
    SurveyResult result;
    const auto seen = survey_all(tree.watch(), options_for_tests(), {}, &result);
    done = true;
    writer.join();
    CHECK(result.changing == 1);
    REQUIRE(seen.at(tree.path("w/busy")).now.unreadable() != nullptr);
    CHECK(seen.at(tree.path("w/busy")).now.unreadable()->error == EBUSY);
    CHECK(seen.at(tree.path("w/quiet")).now.attributes() != nullptr);
}

TEST_CASE("cancelling ends a survey at once, also within a large file") {
    const Tree tree;
    for (int i = 0; i < 50; ++i) tree.write("w/" + std::to_string(i), "x");
    tree.write("w/large", "");
    std::filesystem::resize_file(tree.path("w/large"), 1ull << 36);  // minutes of hashing, no blocks on disk
    SurveyProgress progress;
    std::uint64_t visited = 0;
    const auto result = survey(tree.watch(), options_for_tests(), {}, progress, [&](Surveyed one) -> Status {
        CHECK(one.now.path != tree.path("w/large"));
        ++visited;
        progress.cancel = true;
        return {};
    });
    REQUIRE(result);
    CHECK(result->cancelled);
    CHECK(visited == 1);
}

TEST_CASE("a visitor's error ends the survey and is returned") {
    const Tree tree;
    for (int i = 0; i < 50; ++i) tree.write("w/" + std::to_string(i), "x");
    SurveyProgress progress;
    const auto result = survey(tree.watch(), options_for_tests(), {}, progress,
                               [&](Surveyed) -> Status { return fail({"disk full", ErrorKind::system, ENOSPC}); });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ENOSPC);
}

TEST_CASE("a baseline that cannot be opened ends the survey, not in silence and not in a deadlock") {
    const Tree tree;
    for (int i = 0; i < 50; ++i) tree.write("w/" + std::to_string(i), "x");
    auto options = options_for_tests();
    options.queue = 1;
    SurveyProgress progress;
    const auto result = survey(tree.watch(), options, tree.expected(), progress, [&](Surveyed) -> Status { return {}; });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ENOENT);
}

TEST_CASE("under profile log the old part is read again, and what grew is held") {
    const Tree tree;
    tree.write("w/app.log", "one\n");
    tree.write("w/rewritten.log", "one\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.append("w/app.log", "two\n");
    tree.write("w/rewritten.log", "two\nthree\n");
    const auto seen = survey_all(tree.watch(Profile::log), options_for_tests(), tree.expected());
    const auto& grown = seen.at(tree.path("w/app.log")).now.continuity;
    REQUIRE(grown);
    CHECK(grown->held);
    CHECK(grown->verified_all);
    const auto& rewritten = seen.at(tree.path("w/rewritten.log")).now.continuity;
    REQUIRE(rewritten);
    CHECK_FALSE(rewritten->held);
}

TEST_CASE("a rotated log that only the state knows is missed when it goes") {
    const Tree tree;
    tree.write("w/app.log", "one\n");
    build_baseline(tree, tree.watch(Profile::log));
    Observation rotated;
    rotated.path = tree.path("w/app.log.1");
    rotated.look = Attributes{};
    rotated.follows_baseline = true;
    put_into_state(tree, rotated);
    const auto seen = survey_all(tree.watch(Profile::log), options_for_tests(), tree.expected());
    REQUIRE(seen.count(rotated.path) == 1);
    CHECK(seen.at(rotated.path).now.absent());
    CHECK(seen.at(rotated.path).expected);
}
