#include "comparison.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::cli;

namespace {

const RuleRef kRule = std::make_shared<const Rule>(Rule{"/etc", Profile::content, {}, Severity::high, {"tag"}});

Finding finding(Action action, const std::string& path, Verdict verdict = Verdict::unexpected) {
    Finding made;
    made.action = action;
    made.path = path;
    made.verdict = verdict;
    made.severity = Severity::high;
    made.rule = kRule;
    if (action == Action::unreadable) made.unreadable = Unreadable{EACCES, "open", {}};
    if (action == Action::changed) made.changes = {{"sha256", "aa", "bb"}};
    if (action == Action::appeared) made.after.emplace();
    if (action == Action::vanished) made.before.emplace();
    return made;
}

int exit_of(const std::vector<Action>& actions, Verdict verdict = Verdict::unexpected) {
    Comparison comparison;
    for (std::size_t i = 0; i < actions.size(); ++i) comparison.add(finding(actions[i], "/etc/" + std::to_string(i), verdict));
    return comparison.exit_status();
}

Observation looked(Look look) {
    Observation made;
    made.path = "/etc/a";
    made.looked_at = WallTime{std::chrono::hours(2)};
    made.look = std::move(look);
    return made;
}

std::optional<Finding> compared(std::optional<Look> expected, Look now) {
    Surveyed surveyed;
    surveyed.rule = kRule;
    surveyed.now = looked(std::move(now));
    if (expected) surveyed.expected = looked(std::move(*expected));
    return compare(surveyed, DigestAlgorithm::sha256);
}

}  // namespace

TEST_CASE("the exit status is the documented sum, each part once") {
    CHECK(exit_of({}) == 0);
    CHECK(exit_of({Action::appeared}) == 1);
    CHECK(exit_of({Action::vanished}) == 2);
    CHECK(exit_of({Action::changed}) == 4);
    CHECK(exit_of({Action::unreadable}) == 8);
    CHECK(exit_of({Action::renamed}) == 3);
    CHECK(exit_of({Action::appeared, Action::appeared, Action::changed}) == 5);
    CHECK(exit_of({Action::appeared, Action::vanished, Action::changed, Action::unreadable}) == 15);
    CHECK(exit_of({Action::touched, Action::reverted}) == 0);
    CHECK(exit_of({Action::changed, Action::appeared}, Verdict::expected) == 0);
    CHECK(exit_of({Action::changed, Action::appeared}, Verdict::authorized) == 0);
    auto renamed = finding(Action::renamed, "/etc/a");
    renamed.changes = {{"mode", "0644", "0600"}};
    Comparison comparison;
    comparison.add(renamed);
    CHECK(comparison.exit_status() == 7);
}

TEST_CASE("directories that could not be listed could not be verified") {
    Comparison comparison;
    comparison.add_unlisted(2);
    CHECK(comparison.exit_status() == 8);
    CHECK(in_short(comparison) == "2 directories could not be listed");
}

TEST_CASE("one path counts once") {
    Comparison comparison;
    comparison.add(finding(Action::unreadable, "/etc/a"));
    comparison.add(finding(Action::unreadable, "/etc/a"));
    CHECK(comparison.counts().unreadable == 1);
    CHECK(comparison.counts().total() == 1);
}

TEST_CASE("an object is compared with what it should be") {
    CHECK_FALSE(compared(with_digest("x"), with_digest("x")));
    CHECK(compared(with_digest("x"), with_digest("y"))->action == Action::changed);
    CHECK(compared(std::nullopt, with_digest("y"))->action == Action::appeared);
    CHECK(compared(with_digest("x"), Absent{})->action == Action::vanished);
    CHECK(compared(with_digest("x"), Unreadable{EACCES, "open", {}})->action == Action::unreadable);
    CHECK(compared(std::nullopt, Unreadable{EACCES, "open", {}})->action == Action::unreadable);
}

TEST_CASE("a moved ctime alone is no difference") {
    auto now = with_digest("x");
    now.ctime += std::chrono::hours(1);
    CHECK_FALSE(compared(with_digest("x"), now));
}

TEST_CASE("what neither the baseline nor this look could read was not verified") {
    const Unreadable unreadable{EACCES, "open", {}};
    const auto found = compared(unreadable, unreadable);
    REQUIRE(found);
    CHECK(found->action == Action::unreadable);
    CHECK(found->severity == Severity::high);
}

TEST_CASE("a report groups, shows before and after, and cannot move the cursor") {
    Comparison comparison;
    comparison.add(finding(Action::changed, "/etc/\x1b[2Jbad\n"));
    comparison.add(finding(Action::appeared, "/etc/new"));
    comparison.add(finding(Action::unreadable, "/etc/secret"));
    const std::string text = describe(comparison);
    CHECK(text.find("Appeared (1)\n  /etc/new") != std::string::npos);
    CHECK(text.find("Changed (1)\n  /etc/\\x1b[2Jbad\\x0a") != std::string::npos);
    CHECK(text.find("sha256  aa -> bb\n") != std::string::npos);
    CHECK(text.find("/etc/secret: open: Permission denied") != std::string::npos);
    CHECK(text.find("Vanished") == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(in_short(comparison) == "1 appeared, 1 changed, 1 could not be verified");
    CHECK(describe(Comparison{}).empty());
    CHECK(in_short(Comparison{}) == "no differences");
}

TEST_CASE("the JSON form has the exit status, counts and every difference, whatever bytes are in them") {
    Comparison comparison;
    auto hostile = finding(Action::changed, "/etc/\xff\"\n");
    hostile.changes.push_back({"xattr.user.\xfe", "", "\xfd"});
    comparison.add(hostile);
    const auto json = nlohmann::json::parse(to_json(comparison, 4, R"({"objects":7})"));
    CHECK(json["exit"] == 4);
    CHECK(json["summary"]["objects"] == 7);
    CHECK(json["summary"]["changed"] == 1);
    CHECK(json["summary"]["unreadable"] == 0);
    REQUIRE(json["differences"].size() == 1);
    const auto& one = json["differences"][0];
    CHECK(one["path"] == "/etc/\\xff\"\n");
    CHECK(one["path_hex"] == "2f6574632fff220a");
    CHECK(one["action"] == "changed");
    CHECK(one["severity"] == "high");
    CHECK(one["tags"][0] == "tag");
    CHECK(one["changes"][0] == nlohmann::json({{"attribute", "sha256"}, {"before", "aa"}, {"after", "bb"}}));
}
