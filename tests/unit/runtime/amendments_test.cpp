#include "amendments.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/scratch_directory.hpp"
#include "touchstone/observe.hpp"

using namespace touchstone;

TEST_CASE("the oldest are given up when there are too many: counted, and said once") {
    constexpr std::size_t kMost = 20;
    Amendments amendments(kMost);
    const Subject subject;
    const WallTime now{std::chrono::hours(1)};
    std::size_t said = 0;
    for (std::size_t i = 0; i < kMost; ++i) said += amendments.add(std::to_string(i), subject, now) ? 1 : 0;
    CHECK(said == 0);
    CHECK(amendments.given_up() == 0);
    for (std::size_t i = 0; i < 10; ++i) said += amendments.add("more", subject, now) ? 1 : 0;
    CHECK(said == 1);
    CHECK(amendments.given_up() == 10);
    CHECK(amendments.waiting() == kMost);
    // What is too old to be amended makes room, and it may begin anew.
    Panel panel({}, "/nowhere");
    amendments.reconsider(panel, DigestAlgorithm::sha256, now + Amendments::kFor + std::chrono::seconds(1), [](const Observation&) { return true; });
    CHECK(amendments.waiting() == 0);
    for (std::size_t i = 0; i <= kMost; ++i) said += amendments.add("again", subject, now) ? 1 : 0;
    CHECK(said == 2);
}

namespace {

// A file that changed from "old" to "new" by a unit, and sources of truth about it.
class Ground {
public:
    Ground() {
        subject.touch.path = file;
        subject.touch.actors = {writer()};
        subject.rule = std::make_shared<const Rule>();
        test::put_content(file, "old");
        REQUIRE(::chmod(file.c_str(), 0640) == 0);
        subject.baseline = look();
        test::put_content(file, "new");
        subject.now = look();
        test::put_content(scratch / "config.json", R"({"ignition": {"version": "3.2.0"}, "storage": {"files": [{"path": ")" + file + R"(", "mode": 416, "user": {"id": )" +
                                                       std::to_string(::geteuid()) + R"(}, "group": {"id": )" + std::to_string(::getegid()) +
                                                       R"(}, "contents": {"source": "data:,new"}}]}})");
    }

    // As a daemon's whose configuration has an [[expect]], or an Ignition configuration, or both.
    Panel panel(bool expects, bool authorizes) const {
        ProviderSettings settings;
        settings.dpkg.enabled = settings.rpm.enabled = settings.ostree.enabled = settings.selinux.enabled = false;
        if (expects) settings.expectations = {{"habit", file, {}, "", "", "", "habit.service", ""}};
        if (authorizes) settings.ignition.configs = {scratch / "config.json"};
        return Panel(settings, scratch.path());
    }

    std::vector<Amendments::Amended> ask(Amendments& amendments, bool expects, bool authorizes, WallTime now = kNow) const {
        auto asked = panel(expects, authorizes);
        return amendments.reconsider(asked, DigestAlgorithm::sha256, now, [](const Observation&) { return true; });
    }

    static constexpr WallTime kNow{std::chrono::hours(1)};
    const test::ScratchDirectory scratch;
    const std::string file = scratch / "file";
    Subject subject;

private:
    Observation look() const { return Observer::make(DigestAlgorithm::sha256)->look(file, {}, kNow); }
    static ActorRef writer() {
        Actor made;
        made.process.cgroup = "/system.slice/habit.service";
        return std::make_shared<const Actor>(made);
    }
};

}  // namespace

TEST_CASE("what was amended to expected is amended once more, to authorized, and never down") {
    const Ground ground;
    Amendments amendments(2);
    amendments.add("id", ground.subject, Ground::kNow);
    const auto expected = ground.ask(amendments, true, false);
    REQUIRE(expected.size() == 1);
    CHECK(expected.front().event_id == "id");
    CHECK_FALSE(expected.front().before);
    CHECK(expected.front().finding.verdict == Verdict::expected);
    CHECK(amendments.waiting() == 0);
    CHECK(ground.ask(amendments, false, false).empty());  // nothing accounts for it any more: what was said stays
    CHECK(ground.ask(amendments, true, false).empty());   // no more than was said
    const auto authorized = ground.ask(amendments, true, true);
    REQUIRE(authorized.size() == 1);
    CHECK(authorized.front().event_id == "id");
    REQUIRE(authorized.front().before);
    CHECK(authorized.front().before->evidence.front().provider == "expect");
    CHECK(authorized.front().finding.verdict == Verdict::authorized);
    CHECK(authorized.front().effect.observation.standing == Verdict::authorized);
    CHECK(ground.ask(amendments, true, false).empty());
    CHECK(ground.ask(amendments, true, true).empty());
}

TEST_CASE("what is authorized at once is over with") {
    const Ground ground;
    Amendments amendments(2);
    amendments.add("id", ground.subject, Ground::kNow);
    CHECK(ground.ask(amendments, true, true).size() == 1);
    CHECK(ground.ask(amendments, true, false).empty());
    CHECK(ground.ask(amendments, true, true).empty());
}

TEST_CASE("as many expected ones are kept as unexpected ones, for an hour since they were amended") {
    const Ground ground;
    Amendments amendments(2);
    for (const char* id : {"1", "2"}) amendments.add(id, ground.subject, Ground::kNow);
    const auto later = Ground::kNow + Amendments::kFor / 2;
    CHECK(ground.ask(amendments, true, false, later).size() == 2);
    amendments.add("3", ground.subject, later);
    CHECK(ground.ask(amendments, false, false, later).empty());
    CHECK(ground.ask(amendments, true, false, later).size() == 1);
    CHECK(amendments.given_up() == 0);  // none of them is unexpected
    const auto authorized = ground.ask(amendments, true, true, later + Amendments::kFor);
    REQUIRE(authorized.size() == 2);
    CHECK(authorized.front().event_id == "2");
    CHECK(authorized.back().event_id == "3");

    amendments.add("4", ground.subject, later);
    CHECK(ground.ask(amendments, true, false, later).size() == 1);
    CHECK(ground.ask(amendments, true, true, later + Amendments::kFor + std::chrono::seconds(1)).empty());
}
