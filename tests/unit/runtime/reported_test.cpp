#include "touchstone/reported.hpp"

#include "tree.hpp"

using namespace touchstone;

namespace {

Attributes with_digest(const std::string& digest) {
    Attributes made;
    made.digest = digest + std::string(32 - digest.size(), '\0');  // as long as SHA-256 is
    return made;
}

RuleRef rule(Profile profile = Profile::content) { return std::make_shared<const Rule>(Rule{"/w", profile, {}, Severity::high, {}}); }

Observation row(Look look) {
    Observation made;
    made.path = "/w/a";
    made.look = std::move(look);
    return made;
}

Attributes with_blocks(std::uint64_t size, const std::string& tail) {
    Attributes made;
    made.size = size;
    made.blocks = BlockDigests{size, "", tail};
    return made;
}

std::optional<Finding> difference(Look reported, std::optional<Look> baseline, Profile profile = Profile::content) {
    return reported_difference(row(std::move(reported)), baseline ? std::optional(row(std::move(*baseline))) : std::nullopt, rule(profile),
                               DigestAlgorithm::sha256);
}

}  // namespace

TEST_CASE("what was reported is held against the baseline") {
    CHECK(difference(with_digest("y"), with_digest("x"))->action == Action::changed);
    CHECK(difference(with_digest("y"), with_digest("x"))->changes.size() == 1);
    CHECK(difference(with_digest("y"), std::nullopt)->action == Action::appeared);
    CHECK(difference(Absent{}, with_digest("x"))->action == Action::vanished);
    CHECK(difference(Unreadable{EACCES, "open", {}}, with_digest("x"))->action == Action::unreadable);
    CHECK(difference(with_digest("x"), Unreadable{EACCES, "open", {}})->action == Action::changed);
}

TEST_CASE("no difference: the same, recorded attributes alone, an absence nobody misses, an unreadable one accepted") {
    CHECK_FALSE(difference(with_digest("x"), with_digest("x")));
    auto later = with_digest("x");
    later.mtime += std::chrono::hours(1);
    CHECK_FALSE(difference(later, with_digest("x")));
    CHECK_FALSE(difference(Absent{}, std::nullopt));
    CHECK_FALSE(difference(Unreadable{EACCES, "open", {}}, Unreadable{EACCES, "open", {}}));
}

TEST_CASE("a log's row is a difference unless it stands in for the baseline") {
    CHECK(difference(with_blocks(3, "new"), with_blocks(5, "old"), Profile::log)->reason != "");
    auto follows = row(with_blocks(9, "grown"));
    follows.follows_baseline = true;
    CHECK_FALSE(reported_difference(follows, row(with_blocks(5, "old")), rule(Profile::log), DigestAlgorithm::sha256));
}

TEST_CASE("an object is as reported when nothing that is judged differs") {
    const auto same = [](Look reported, Look now) {
        return is_as_reported(row(std::move(reported)), row(std::move(now)), Profile::content, DigestAlgorithm::sha256);
    };
    CHECK(same(with_digest("x"), with_digest("x")));
    CHECK_FALSE(same(with_digest("x"), with_digest("y")));
    CHECK(same(Absent{}, Absent{}));
    CHECK_FALSE(same(Absent{}, with_digest("x")));
    CHECK_FALSE(same(with_digest("x"), Absent{}));
    CHECK(same(Unreadable{EACCES, "open", {}}, Unreadable{EACCES, "open", {}}));
    CHECK_FALSE(same(Unreadable{EACCES, "open", {}}, Unreadable{EIO, "read", {}}));
}

TEST_CASE("a log is as reported when it still begins with what was reported") {
    auto now = row(with_blocks(9, "grown"));
    const auto reported = row(with_blocks(5, "old"));
    CHECK_FALSE(is_as_reported(reported, now, Profile::log, DigestAlgorithm::sha256));
    now.continuity = LogContinuity{.held = true, .first_difference = 0, .verified_all = true};
    CHECK(is_as_reported(reported, now, Profile::log, DigestAlgorithm::sha256));
    now.continuity->held = false;
    CHECK_FALSE(is_as_reported(reported, now, Profile::log, DigestAlgorithm::sha256));
}

TEST_CASE("rows that are no longer watched are left out, and a visitor's error is returned") {
    const Tree tree;
    tree.write("w/a", "before");
    build_baseline(tree, tree.watch());
    for (const auto& name : {tree.path("w/a"), tree.path("elsewhere/b")}) {
        auto reported = row(with_digest("y"));
        reported.path = name;
        put_into_state(tree, reported);
    }
    auto expected = tree.expected()();
    REQUIRE(expected);
    REQUIRE((*expected)->store());
    std::vector<std::string> seen;
    REQUIRE(each_difference(*(*expected)->store(), tree.watch(), "", [&](const Observation& reported, const Finding&) -> Status {
        seen.push_back(reported.path);
        return {};
    }));
    CHECK(seen == std::vector<std::string>{tree.path("w/a")});
    CHECK_FALSE(each_difference(*(*expected)->store(), tree.watch(), "", [](const Observation&, const Finding&) -> Status {
        return fail({"stop", ErrorKind::system, 0});
    }));
}
