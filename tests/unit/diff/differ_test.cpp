// Looks at real files, compared and kept.
#include "touchstone/differ.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/scratch_directory.hpp"
#include "touchstone/observe.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

class Scene {
public:
    explicit Scene(Diff diff = Diff::shown, DiffSettings settings = {}) : differ_(state_.path(), DigestAlgorithm::sha256), observer_(*Observer::make(DigestAlgorithm::sha256)) {
        ::chmod(tree_.path().c_str(), 0755);
        configure(diff, settings);
    }

    void configure(Diff diff, const DiffSettings& settings = {}) {
        Rule rule;
        rule.path = tree_.path();
        rule.diff = diff;
        policy_ = std::make_shared<const Policy>(std::vector<Rule>{rule});
        settings_ = settings;
        REQUIRE(differ_.configure(settings, policy_, SteadyTime{}));
    }

    std::string path(const std::string& name = "file") const { return tree_ / name; }
    const Rule& rule() const { return *policy_->rules().front(); }
    Differ& differ() { return differ_; }
    std::string copies_file() const { return state_ / "copies.db"; }

    Observation write(const std::string& content, mode_t mode = 0644, const std::string& name = "file") {
        std::ofstream(path(name)) << content;
        ::chmod(path(name).c_str(), mode);
        return look(name);
    }
    Observation look(const std::string& name = "file") {
        LookOptions options;
        options.keep_content = differ_.most_bytes();
        return observer_.look(path(name), options, WallTime{});
    }

    // The first look at it, which is then known.
    Observation known(const std::string& content, mode_t mode = 0644, const std::string& name = "file") {
        auto now = write(content, mode, name);
        differ_.keep(nullptr, now, rule());
        return now;
    }
    TextDiff change(const Observation& known, const std::string& content, mode_t mode = 0644, const std::string& name = "file") {
        const auto now = write(content, mode, name);
        auto diff = differ_.compare(&known, now, rule());
        REQUIRE(diff);
        differ_.keep(&known, now, rule());
        return *diff;
    }

private:
    ScratchDirectory state_, tree_;
    Differ differ_;
    Observer observer_;
    std::shared_ptr<const Policy> policy_;
    DiffSettings settings_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a changed text is shown against the copy of what was known") {
    Scene scene;
    const auto diff = scene.change(scene.known("one\n"), "two\n");
    CHECK(diff.text == "--- " + scene.path() + "\n+++ " + scene.path() + "\n@@ -1 +1 @@\n-one\n+two\n");
    CHECK(diff.why_not.empty());
    CHECK(scene.differ().report().diffs == 1);
    CHECK(scene.differ().report().copies == 2);
}

TEST_CASE("the same content is no difference, nor is what came or went") {
    Scene scene;
    const auto known = scene.known("one\n");
    CHECK_FALSE(scene.differ().compare(&known, scene.look(), scene.rule()));
    CHECK_FALSE(scene.differ().compare(nullptr, scene.look(), scene.rule()));
    std::filesystem::remove(scene.path());
    const auto gone = scene.look();
    CHECK_FALSE(scene.differ().compare(&known, gone, scene.rule()));
    scene.differ().keep(&known, gone, scene.rule());
    CHECK(scene.differ().report().copies == 0);
}

TEST_CASE("without a copy the difference says why it is missing") {
    Scene scene;
    const auto unseen = scene.write("one\n");
    const auto diff = scene.change(unseen, "two\n");
    CHECK(diff.text.empty());
    CHECK(diff.why_not == "no copy of what was there before: none was kept yet");
    CHECK(scene.differ().report().missing == 1);
}

TEST_CASE("what is not for everybody is neither shown nor kept unless that is asked for") {
    const auto [content, mode, name] = GENERATE(table<std::string, mode_t, std::string>(
        {{"one\n", 0640, "file"}, {"one\n", 0644, "shadow"}, {"one\n", 0644, "server.key"}, {"-----BEGIN PRIVATE KEY-----\nx\n", 0644, "file"}}));
    SECTION("not") {
        Scene scene;
        const auto diff = scene.change(scene.known(content, mode, name), content + "two\n", mode, name);
        CHECK(diff.text.empty());
        CHECK(has(diff.why_not, "and the watch does not say diff = \"private\""));
        CHECK(scene.differ().report().copies == 0);
        CHECK_FALSE(has(content_of(scene.copies_file()) + content_of(scene.copies_file() + "-wal"), content));
    }
    SECTION("asked for") {
        Scene scene(Diff::private_too);
        CHECK(has(scene.change(scene.known(content, mode, name), content + "two\n", mode, name).text, name == "file" && mode == 0644 ? "+********\n" : "+two\n"));
        // And asked for no more: nothing of it stays.
        scene.configure(Diff::shown);
        CHECK(scene.differ().report().copies == 0);
    }
}

TEST_CASE("a file that is closed to others is shown no more, nor when it is opened again") {
    Scene scene;
    const auto open = scene.known("one\n");
    CHECK(has(scene.change(open, "two secrets\n", 0600).why_not, "not everybody may read it"));
    CHECK(scene.differ().report().copies == 0);
    const auto closed = scene.look();
    CHECK(has(scene.change(closed, "three\n", 0644).why_not, "no copy of what was there before: not everybody may read it"));
}

TEST_CASE("binary and large files have no difference, and say so") {
    DiffSettings small;
    small.file_bytes = 100;
    Scene scene(Diff::shown, small);
    CHECK(scene.change(scene.known("one\n"), std::string("a\0b", 3)).why_not == "it is not text");
    const auto binary = scene.look();
    CHECK(scene.change(binary, "text\n").why_not == "no copy of what was there before: it is not text");
    CHECK(has(scene.change(scene.known("one\n"), std::string(101, 'x')).why_not, "larger than [diff] file_bytes, which is 100"));
}

TEST_CASE("limits that leave no room are counted, and named where a difference is missing") {
    DiffSettings few;
    few.copies = 1;
    Scene scene(Diff::shown, few);
    scene.known("one\n");
    const auto other = scene.known("one\n", 0644, "other");
    CHECK(scene.differ().report().refused == 1);
    CHECK(scene.change(other, "two\n", 0644, "other").why_not == "no copy of what was there before: [diff] copies, which is 1, was reached");
}

TEST_CASE("only files that may get a copy lack one, each once") {
    Scene scene;
    CHECK(scene.differ().lacks(scene.path(), 4));
    CHECK_FALSE(scene.differ().lacks(scene.path(), 1 << 30));
    scene.known("one\n");
    CHECK_FALSE(scene.differ().lacks(scene.path(), 4));
    scene.known("private\n", 0600, "other");
    CHECK_FALSE(scene.differ().lacks(scene.path("other"), 8));
}

TEST_CASE("a rename is compared with the copy under the name before") {
    Scene scene;
    const auto known = scene.known("one\n");
    std::filesystem::rename(scene.path(), scene.path("new"));
    CHECK(scene.change(known, "two\n", 0644, "new").text == "--- " + scene.path() + "\n+++ " + scene.path("new") + "\n@@ -1 +1 @@\n-one\n+two\n");
}

TEST_CASE("the copies go with the last rule that wants them") {
    Scene scene;
    scene.known("one\n");
    CHECK(std::filesystem::exists(scene.copies_file()));
    scene.configure(Diff::off);
    CHECK_FALSE(std::filesystem::exists(scene.copies_file()));
    CHECK_FALSE(scene.differ().report().on);
    CHECK(scene.differ().most_bytes() == 0);
    scene.configure(Diff::shown);
    CHECK(scene.differ().lacks(scene.path(), 4));
}

TEST_CASE("masks of the configuration hold") {
    DiffSettings settings;
    settings.mask = {"badge (\\d+)"};
    Scene scene(Diff::shown, settings);
    const auto diff = scene.change(scene.known("badge 12\n"), "badge 34\n");
    CHECK(has(diff.text, "-badge ********\n+badge ********\n"));
}

TEST_CASE("copies that cannot be opened are tried again, each time after twice as long, and counted") {
    const ScratchDirectory state;
    std::filesystem::create_directories(state / "copies.db/in the way");
    Rule rule;
    rule.path = state.path();
    rule.diff = Diff::shown;
    const auto policy = std::make_shared<const Policy>(std::vector<Rule>{rule});
    Differ differ(state.path(), DigestAlgorithm::sha256);
    SteadyTime now{std::chrono::hours(1)};
    CHECK_FALSE(differ.configure({}, policy, now));
    CHECK(has(differ.report().unopened, "copies.db"));

    auto wait = Differ::kRetryFirst;
    for (std::uint64_t failures = 1; failures <= 12; ++failures) {
        CHECK(differ.report().failed == failures);
        CHECK_FALSE(differ.retry(now + wait - Nanoseconds(1)));
        CHECK(differ.report().failed == failures);  // it was not due
        now += wait;
        CHECK_FALSE(differ.retry(now));
        wait = std::min(2 * wait, Differ::kRetryLast);
    }
    CHECK(wait == Differ::kRetryLast);
    std::filesystem::remove_all(state / "copies.db");
    CHECK(differ.retry(now + wait));
    CHECK(differ.report().unopened.empty());
    CHECK_FALSE(differ.retry(now + 2 * wait));  // they are there

    // Where nobody wants differences nothing is missed.
    rule.diff = Diff::off;
    CHECK(differ.configure({}, std::make_shared<const Policy>(std::vector<Rule>{rule}), now));
    CHECK(differ.report().unopened.empty());
    CHECK_FALSE(differ.retry(now + 3 * wait));
}
