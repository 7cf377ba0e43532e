#include <algorithm>

#include <catch2/catch.hpp>

#include "touchstone/rotation_names.hpp"

using namespace touchstone;

using Names = std::vector<std::string>;

TEST_CASE("numbered rotations come lowest number first") {
    CHECK(later_names("syslog", {"syslog.10.gz", "syslog.2.gz", "syslog", "syslog.1", "auth.log.1"}) ==
          Names{"syslog.1", "syslog.2.gz", "syslog.10.gz"});
    CHECK(later_names("x.log", {"x.log.1.zst", "x.log.1", "x.log.0", "x.log.old"}) ==
          Names{"x.log.old", "x.log.0", "x.log.1", "x.log.1.zst"});
}

TEST_CASE("dated rotations come latest first") {
    const Names siblings{"messages-20251231.gz", "messages-20260101", "messages.20260102.xz", "messages-2026-01-03.bz2"};
    CHECK(later_names("messages", siblings) ==
          Names{"messages-2026-01-03.bz2", "messages.20260102.xz", "messages-20260101", "messages-20251231.gz"});
    CHECK(later_names("a", {"a-1700000000", "a-1700000001", "a-20260101T12:30", "a-20260101-1767225600"}).size() == 4);
}

TEST_CASE("the stamp may come before the extension") {
    CHECK(later_names("app.log", {"app-20260101.log", "app-20260102.log.gz", "app.1.log", "app.log", "app.log.gz"}) ==
          Names{"app.1.log", "app-20260102.log.gz", "app-20260101.log"});
    CHECK(later_names(".hidden", {".hidden.1", "-1.hidden"}) == Names{".hidden.1"});
}

TEST_CASE("other names are no rotations") {
    for (const std::string name : {"app.log", "app.log.", "app.log1", "app.log.1.tar", "app.logs.1", "app.log.1a", "app.log.-1", "app-.log",
                                   "app.log.swp", "xapp.log.1", "app.log..1", "app.log.1.", "", ".gz", "app.log.1.gz.gz", "app.err.1"}) {
        CAPTURE(name);
        CHECK(later_names("app.log", {name}).empty());
    }
    CHECK(later_names("a", {"a." + std::string(40, '1')}).empty());
}

TEST_CASE("a rotation may become the next one, or be compressed; with a date it keeps it") {
    const Names siblings{"app.log", "app.log.1", "app.log.1.gz", "app.log.2.xz", "app.log.10", "app.log.0", "app.log-20260101", "app.log-20260101.gz", "app.1.log",
                         "db.log.2"};
    CHECK(later_names("app.log.1", siblings) == Names{"app.log.1.gz", "app.log.2.xz", "app.log.10"});
    CHECK(later_names("app.log.1.gz", siblings) == Names{"app.log.2.xz", "app.log.10"});
    CHECK(later_names("app.log-20260101", siblings) == Names{"app.log-20260101.gz"});
    CHECK(later_names("app.log-20260101.gz", siblings).empty());
    CHECK(later_names("app.0.log", siblings) == Names{"app.1.log"});
}

namespace {

Names earlier(const std::string& name) {
    Names names;
    for (const auto& each : earlier_names(name)) names.push_back(each.name + (each.may_be_copied ? "*" : ""));
    return names;
}

}  // namespace

TEST_CASE("what a rotation was called before: likely first, those that it may be a copy of marked") {
    CHECK(earlier("app.log.1") == Names{"app.log.0", "app.log.0.gz", "app.log.0.bz2", "app.log.0.xz", "app.log.0.zst", "app.log*"});
    CHECK(earlier("app.log.0.gz") == Names{"app.log.0*", "app.log*"});
    CHECK(earlier("app.log.old") == Names{"app.log*"});
    CHECK(earlier("app-20260101.log.xz") == Names{"app-20260101.log*", "app.log*"});
    CHECK(earlier("app.1.log").back() == "app.log*");
    CHECK(earlier("app.log").empty());
    CHECK(earlier("app.log.gz").empty());
}

TEST_CASE("a name that can be read in several ways is") {
    const auto names = earlier("app-2026-01-31.log");
    for (const auto* log : {"app.log*", "app-2026.log*", "app-2026-01.log*"}) CHECK(std::count(names.begin(), names.end(), log) == 1);
}

TEST_CASE("numbers are looked back only so far") {
    const auto names = earlier_names("app.log.9999");
    CHECK(names.size() == 5 * kGenerations + 1);
    CHECK(names.front().name == "app.log.9998");
}

TEST_CASE("every earlier name may become the name, and is of the same log") {
    for (const std::string name : {"app.log.3.gz", "app.log-20260101.gz", "app.2.log", "app.log.old.xz", "app-2026-01-31.log"})
        for (const auto& each : earlier_names(name)) {
            CAPTURE(name, each.name);
            CHECK(later_names(each.name, {name}) == Names{name});
            CHECK(are_of_one_log(each.name, name));
            CHECK(are_of_one_log(name, each.name));
        }
    CHECK(are_of_one_log("app.log-20260101", "app.log-20251231.gz"));
    CHECK_FALSE(are_of_one_log("app.log.1", "db.log.1"));
    CHECK_FALSE(are_of_one_log("app.log", "app.log.gz"));
}
