#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

std::string id_after(const std::function<void(Event&)>& alter, Event event = changed()) {
    alter(event);
    return event_id(event, host());
}

}  // namespace

TEST_CASE("an id is 32 hex digits, and every sample has its own") {
    std::set<std::string> ids;
    for (const auto& [name, event] : samples()) {
        const auto id = event_id(event, host());
        CHECK(id.size() == 32);
        CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
        CHECK(ids.insert(id).second);
    }
}

TEST_CASE("a finding made again after a power loss has the same id") {
    const auto id = event_id(changed(), host());
    CHECK(id_after([](Event& e) { e.at += Nanoseconds{1}; }) == id);
    CHECK(id_after([](Event& e) { e.sequence = 99; }) == id);
    CHECK(id_after([](Event& e) { finding_of(e).touch.actors.clear(); }) == id);
    auto rebooted = host();
    rebooted.boot_id = "other";
    CHECK(event_id(changed(), rebooted) == id);
}

TEST_CASE("another host, path, action or object is another finding") {
    std::set<std::string> ids{event_id(changed(), host())};
    const auto differs = [&](const std::function<void(Finding&)>& alter) {
        return ids.insert(id_after([&](Event& e) { alter(finding_of(e)); })).second;
    };
    CHECK(differs([](Finding& f) { f.path = "/etc/passwd2"; }));
    CHECK(differs([](Finding& f) { f.previous_path = "/etc/p"; }));
    CHECK(differs([](Finding& f) { f.action = Action::reverted; }));
    CHECK(differs([](Finding& f) { f.after->ctime += Nanoseconds{1}; }));
    CHECK(differs([](Finding& f) { f.before->ctime += Nanoseconds{1}; }));
    CHECK(differs([](Finding& f) { f.after->size += 1; }));
    CHECK(differs([](Finding& f) { f.after->digest[0] = 'x'; }));
    CHECK(differs([](Finding& f) { f.after->id.inode += 1; }));
    CHECK(differs([](Finding& f) { f.after->id.device += 1; }));
    CHECK(differs([](Finding& f) { f.after.reset(); }));
    CHECK(differs([](Finding& f) { std::swap(f.before, f.after); }));
    CHECK(differs([](Finding& f) { std::swap(f.changes[0].before, f.changes[0].after); }));  // within one clock tick
    auto elsewhere = host();
    elsewhere.id = "other";
    CHECK(ids.insert(event_id(changed(), elsewhere)).second);
}

TEST_CASE("names cannot be cut otherwise to make the same id") {
    const auto id = id_after([](Event& e) { finding_of(e).path = "/a", finding_of(e).previous_path = "/b/c"; });
    CHECK(id != id_after([](Event& e) { finding_of(e).path = "/a/b", finding_of(e).previous_path = "/c"; }));
}

TEST_CASE("what happens once has an id of its own each time") {
    const auto transient = [] {
        auto event = changed();
        finding_of(event).transient = true;
        return event;
    };
    for (const auto& event : {transient(), Event{Gap{"/etc", "overflow", 0, at(0)}, 1, at(0), at(0), {}, {}},
                              Event{Notice{NoticeAction::heartbeat, "", "", Severity::low, {}}, 1, at(0), at(0), {}, {}}}) {
        const auto id = event_id(event, host());
        CHECK(id == event_id(event, host()));
        CHECK(id != id_after([](Event& e) { e.at += Nanoseconds{1}; }, event));
        CHECK(id != id_after([](Event& e) { e.sequence += 1; }, event));
        auto rebooted = host();
        rebooted.boot_id = "other";
        CHECK(id != event_id(event, rebooted));
    }
}
