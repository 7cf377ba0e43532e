#include <catch2/catch.hpp>

#include "samples.hpp"
#include "store/database.hpp"

using namespace touchstone;
using namespace touchstone::store;

TEST_CASE("any path becomes a URI that names it") {
    CHECK(sqlite_uri("/var/lib/a-b_c.db", "immutable=1") == "file:///var/lib/a-b_c.db?immutable=1");
    CHECK(sqlite_uri("//host/x", "") == "file:////host/x");
    CHECK(sqlite_uri("/a?b#c%d \xff\n", "") == "file:///a%3Fb%23c%25d%20%FF%0A");
    CHECK(sqlite_uri("relative", "") == "file:relative");
}

TEST_CASE("errors say which file and of which kind") {
    samples::ScratchDirectory directory;
    const auto missing = Database::open(directory / "none", Access::read);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ENOENT);
    CHECK(missing.error().what.find(directory / "none") != std::string::npos);

    auto database = Database::open(directory / "d", Access::write);
    REQUIRE(database);
    REQUIRE((*database)->execute("CREATE TABLE t(x INTEGER PRIMARY KEY)"));
    REQUIRE((*database)->execute("INSERT INTO t VALUES(1)"));
    CHECK((*database)->execute("INSERT INTO t VALUES(1)").error().code == EEXIST);
    CHECK((*database)->query("SELECT nothing FROM t").error().kind == ErrorKind::system);

    auto reader = Database::open(directory / "d", Access::read);
    REQUIRE(reader);
    CHECK_FALSE((*reader)->execute("INSERT INTO t VALUES(2)"));
    CHECK_FALSE(Database::open(directory / "d", Access::immutable).value()->execute("DROP TABLE t"));
}

TEST_CASE("a statement in use is not handed out twice, and one handed back is fresh") {
    samples::ScratchDirectory directory;
    auto database = Database::open(directory / "d", Access::write);
    REQUIRE(database);
    REQUIRE((*database)->execute("CREATE TABLE t(x); INSERT INTO t VALUES(1),(2)"));
    const char* sql = "SELECT x FROM t ORDER BY x";
    auto outer = (*database)->query(sql);
    REQUIRE(outer->step().value());
    {
        auto inner = (*database)->query(sql);
        REQUIRE(inner->step().value());
        CHECK(inner->integer(0) == 1);
    }
    REQUIRE(outer->step().value());
    CHECK(outer->integer(0) == 2);
    auto again = (*database)->query(sql);
    REQUIRE(again->step().value());
    CHECK(again->integer(0) == 1);
}

TEST_CASE("empty bytes are bytes, not NULL") {
    samples::ScratchDirectory directory;
    auto database = Database::open(directory / "d", Access::write);
    auto query = (*database)->query("SELECT ?1, ?2");
    query->bind_blob(1, std::string_view{}).bind_null(2);
    REQUIRE(query->step().value());
    CHECK(query->is_blob(0));
    CHECK(query->is_null(1));
}
