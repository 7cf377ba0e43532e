#include "approval_notice.hpp"

#include <catch2/catch.hpp>

#include "support/scratch_directory.hpp"
#include "touchstone/approval_store.hpp"

using namespace touchstone;
using namespace touchstone::test;

TEST_CASE("what was taken in, and what was refused") {
    const auto taken = approval_notice(R"({"do":"approval","id":"5c0e","ticket":"CHG-1","approver":"alice","paths":"3","expires":"2026-01-31T13:00:00Z","n":7})");
    REQUIRE(taken);
    CHECK(taken->action == NoticeAction::approval_submitted);
    CHECK(taken->text == "approval 5c0e (CHG-1) of 3 paths by alice was taken in, until 2026-01-31T13:00:00Z");
    CHECK(taken->details.at("ticket") == "CHG-1");
    CHECK_FALSE(taken->details.contains("n"));
    const auto refused = approval_notice(R"({"do":"approval","refused":"it is not signed"})");
    REQUIRE(refused);
    CHECK(refused->action == NoticeAction::approval_refused);
    CHECK(refused->severity == Severity::medium);
    CHECK(refused->text == "an approval was refused: it is not signed");
    for (const char* no : {"", "[]", "{}", R"({"do":"status"})", R"({"do":7})"}) CHECK_FALSE(approval_notice(no));
}

TEST_CASE("what waited for the watch is told once") {
    const ScratchDirectory directory;
    CHECK(waiting_approval_notices(directory.path()).value().empty());
    CHECK_FALSE(std::filesystem::exists(approvals_file(directory.path())));
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    REQUIRE(store->leave_report(R"({"do":"approval","id":"1"})").value());
    REQUIRE(store->leave_report("not JSON").value());
    CHECK(waiting_approval_notices(directory.path()).value().size() == 1);
    CHECK(waiting_approval_notices(directory.path()).value().empty());
}
