#include <catch2/catch.hpp>

#include <cerrno>

#include "dpkg/format.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

TEST_CASE("evidence: a database that is being made is not there yet") {
    const test::ScratchDirectory state;
    const auto open = [&] { return open_evidence_for_reading(state.path()); };
    CHECK(open().error().code == ENOENT);
    test::put_content(state / "dpkg.db", "");
    CHECK(open().error().code == ENOENT);
    {
        // What the first to write does before its tables are there.
        auto database = store::Database::open(evidence_file(state.path()), store::Access::write);
        REQUIRE(database);
        REQUIRE((*database)->execute("PRAGMA journal_mode=WAL"));
        CHECK(open().error().code == ENOENT);
    }
    std::string recovered;
    REQUIRE(open_evidence_for_writing(state.path(), recovered));
    CHECK(recovered.empty());
    CHECK(open());
    test::put_content(state / "dpkg.db", "something else that is long enough to be no database at all");
    CHECK(open().error().kind == ErrorKind::corrupt);
}
