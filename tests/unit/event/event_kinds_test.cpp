#include "event_kinds.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

// event.type values that ECS 8.11 expects of the categories used here.
const std::map<std::string_view, std::set<std::string_view>> kExpectedTypes{
    {"file", {"access", "change", "creation", "deletion", "info"}},
    {"host", {"access", "change", "end", "info", "start"}},
    {"configuration", {"access", "change", "creation", "deletion", "info"}},
};

}  // namespace

TEST_CASE("the table has every kind once, with an id of its own") {
    std::set<std::string_view> ids, actions;
    for (const auto& kind : event_kinds()) {
        CHECK(ids.insert(kind.message_id).second);
        CHECK(actions.insert(kind.action).second);
        CHECK(kind.message_id.size() == 32);
        CHECK(kind.message_id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
    }
}

TEST_CASE("category and type go together as ECS and the design say") {
    for (const auto& kind : event_kinds()) {
        CHECK(kExpectedTypes.at(kind.category).contains(kind.type));
        CHECK(std::set<std::string_view>{"creation", "deletion", "change", "info"}.contains(kind.type));
        CHECK(std::set<std::string_view>{"", "success", "failure"}.contains(kind.outcome));
    }
}

TEST_CASE("every action finds its row") {
    Event event;
    for (int i = 0; i <= static_cast<int>(Action::unreadable); ++i) {
        Finding finding;
        finding.action = static_cast<Action>(i);
        event.body = finding;
        CHECK(kind_of(event).action == name_of(finding.action));
        CHECK(kind_of(event).dataset == kDatasetFinding);
    }
    event.body = Gap{};
    CHECK(kind_of(event).action == "gap");
    CHECK(name_of(NoticeAction::watch_started) == "watch-started");
    CHECK(name_of(NoticeAction::config_rejected) == "config-rejected");
    CHECK(name_of(NoticeAction::mount_changed) == "mount-changed");
    CHECK(name_of(NoticeAction::heartbeat) == "heartbeat");
    CHECK(name_of(NoticeAction::verdict_amended) == "verdict-amended");
    CHECK(name_of(NoticeAction::approval_refused) == "approval-refused");
    CHECK(name_of(NoticeAction::package_refused) == "package-refused");
}

TEST_CASE("priorities follow severity, and what was legitimate wakes nobody") {
    auto event = changed();
    const std::map<Severity, int> expected{{Severity::critical, 2}, {Severity::high, 3}, {Severity::medium, 4}, {Severity::low, 6}};
    for (const auto& [severity, priority] : expected) {
        finding_of(event).severity = severity;
        CHECK(priority_of(event) == priority);
    }
    finding_of(event).severity = Severity::critical;
    finding_of(event).verdict = Verdict::authorized;
    CHECK(priority_of(event) == 6);
    event.body = Notice{NoticeAction::heartbeat, "", "", Severity::low, {}};
    CHECK(priority_of(event) == 6);
    event.body = Notice{NoticeAction::output_failed, "", "", Severity::low, {}};
    CHECK(priority_of(event) == 3);
    event.body = Notice{NoticeAction::tamper, "", "", Severity::critical, {}};
    CHECK(priority_of(event) == 2);
    event.body = Gap{};
    CHECK(priority_of(event) == 4);
}
