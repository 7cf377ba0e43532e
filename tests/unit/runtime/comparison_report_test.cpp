#include "touchstone/comparison_report.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

Finding finding(Action action, Verdict verdict = Verdict::unexpected) {
    Finding made;
    made.action = action;
    made.verdict = verdict;
    return made;
}

Config config() {
    Config made;
    made.watches = {{"/etc", Profile::content, {}, Severity::high, {}}, {"/usr", Profile::content, {}, Severity::high, {}}, {"/var/log", Profile::log, {}, Severity::high, {}}};
    return made;
}

ComparisonReport clean() {
    ComparisonReport made;
    made.reason = "check";
    made.started_by = "root";
    made.objects = 12;
    made.begun = WallTime{std::chrono::hours(1)};
    made.ended = WallTime{std::chrono::hours(2)};
    made.baseline = BaselineInfo{"abc", DigestAlgorithm::sha3_256, WallTime{std::chrono::minutes(1)}, "db1", "root", "1", 11};
    return made;
}

}  // namespace

TEST_CASE("unexpected differences count by kind, the others by verdict") {
    Counts counts;
    for (const auto action : {Action::appeared, Action::vanished, Action::changed, Action::unreadable, Action::renamed, Action::touched, Action::reverted})
        counts.add(finding(action));
    auto renamed_and_changed = finding(Action::renamed);
    renamed_and_changed.changes = {{"mode", "0644", "0666"}};
    counts.add(renamed_and_changed);
    counts.add(finding(Action::changed, Verdict::expected));
    counts.add(finding(Action::vanished, Verdict::authorized));
    CHECK(counts.appeared == 3);
    CHECK(counts.vanished == 3);
    CHECK(counts.changed == 2);
    CHECK(counts.unreadable == 1);
    CHECK(counts.expected == 1);
    CHECK(counts.authorized == 1);
    CHECK(counts.total() == 9);
}

TEST_CASE("the exit status is the sum of the kinds there are") {
    CHECK(Counts{}.exit_status() == 0);
    CHECK(Counts{}.exit_status(1) == 8);
    CHECK(Counts{.appeared = 3, .changed = 1}.exit_status() == 5);
    CHECK(Counts{.vanished = 1, .unreadable = 1}.exit_status() == 10);
    CHECK(Counts{.expected = 1, .authorized = 1}.exit_status() == 0);
}

TEST_CASE("a clean report says what was compared with what, when and by whom") {
    auto notice = notice_of(clean(), config());
    CHECK(notice.action == NoticeAction::sweep_finished);
    CHECK(notice.severity == Severity::low);
    CHECK(notice.tags == std::vector<std::string>{"pci-dss-11.5.2", "nist-si-7", "nist-si-7(1)"});
    CHECK(notice.text == "full comparison finished (check): 12 objects compared: no differences");
    CHECK(notice.details["scopes"] == "every watch");
    CHECK(notice.details["rules"] == "3");
    CHECK(notice.details["profiles"] == "content 2, log 1");
    CHECK(notice.details["baseline_id"] == "abc");
    CHECK(notice.details["digest"] == "sha3-256");
    CHECK(notice.details["begun"] == "1970-01-01T01:00:00.000000000Z");
    CHECK(notice.details["exit"] == "0");
    CHECK_FALSE(notice.details.contains("skipped"));
}

TEST_CASE("differences, and what could not be verified, make a report graver") {
    auto report = clean();
    report.unverified = 1;
    CHECK(notice_of(report, config()).severity == Severity::medium);
    report = clean();
    report.differences.changed = 2;
    report.exit = 4;
    report.more = {{"looks", "7"}};
    const auto notice = notice_of(report, config());
    CHECK(notice.severity == Severity::medium);
    CHECK(notice.text == "full comparison finished (check): 12 objects compared: 0 appeared, 0 vanished, 2 changed, 0 could not be verified");
    CHECK(notice.details.at("looks") == "7");
    CHECK(notice.details.at("differences") == "2");
}

TEST_CASE("without a baseline a report says so") {
    auto report = clean();
    report.baseline.reset();
    CHECK(notice_of(report, config()).details.at("baseline_id") == "none");
}

TEST_CASE("lists of names stay small, and are safe whatever the names are") {
    auto report = clean();
    report.skipped = {"/mnt/\x1b\xff (nfs4)"};
    report.scopes.assign(1'000, "/" + std::string(99, 'x'));
    const auto details = notice_of(report, config()).details;
    CHECK(details.at("skipped") == "/mnt/\\x1b\\xff (nfs4)");
    CHECK(details.at("skipped_mounts") == "1");
    CHECK(details.at("scopes").size() < 4'200);
    CHECK(details.at("scopes").ends_with(" and 960 more"));
}
