#include <catch2/catch.hpp>

#include "touchstone/rotation.hpp"

using namespace touchstone;

using Names = std::vector<std::string>;

TEST_CASE("numbered rotations come lowest number first") {
    CHECK(rotation_candidates("/var/log/syslog", {"syslog.10.gz", "syslog.2.gz", "syslog", "syslog.1", "auth.log.1"}) ==
          Names{"syslog.1", "syslog.2.gz", "syslog.10.gz"});
    CHECK(rotation_candidates("/var/log/x.log", {"x.log.1.zst", "x.log.1", "x.log.0", "x.log.old"}) ==
          Names{"x.log.old", "x.log.0", "x.log.1", "x.log.1.zst"});
}

TEST_CASE("dated rotations come latest first") {
    const Names siblings{"messages-20251231.gz", "messages-20260101", "messages.20260102.xz", "messages-2026-01-03.bz2"};
    CHECK(rotation_candidates("/l/messages", siblings) ==
          Names{"messages-2026-01-03.bz2", "messages.20260102.xz", "messages-20260101", "messages-20251231.gz"});
    CHECK(rotation_candidates("/l/a", {"a-1700000000", "a-1700000001", "a-20260101T12:30", "a-20260101-1767225600"}).size() == 4);
}

TEST_CASE("the stamp may come before the extension") {
    CHECK(rotation_candidates("/l/app.log", {"app-20260101.log", "app-20260102.log.gz", "app.1.log", "app.log", "app.log.gz"}) ==
          Names{"app.1.log", "app-20260102.log.gz", "app-20260101.log"});
    CHECK(rotation_candidates("/l/.hidden", {".hidden.1", "-1.hidden"}) == Names{".hidden.1"});
}

TEST_CASE("other names are no rotations") {
    for (const std::string name : {"app.log", "app.log.", "app.log1", "app.log.1.tar", "app.logs.1", "app.log.1a", "app.log.-1", "app-.log",
                                   "app.log.swp", "xapp.log.1", "app.log..1", "app.log.1.", "", ".gz", "app.log.1.gz.gz", "app.err.1"}) {
        CAPTURE(name);
        CHECK(rotation_candidates("/l/app.log", {name}).empty());
    }
    CHECK(rotation_candidates("/l/a", {"a." + std::string(40, '1')}).empty());
}
