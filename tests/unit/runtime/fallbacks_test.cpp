#include "fallbacks.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("the best probes, all of them there, are no fallback") {
    const std::vector<ProbeReport> reports{{"tp_btf/ctime_ns_xchg", "changes", true, "", false}, {"fexit/vfs_link", "links", false, "not needed", false}};
    CHECK(probe_fallbacks(ProbeTier::timestamps, "", reports).empty());
}

TEST_CASE("a lesser tier is a fallback, and so is each probe that is missing") {
    const std::vector<ProbeReport> reports{{"fexit/vfs_link", "links", false, "refused", true}, {"fentry/d_delete", "names", true, "", false}};
    const auto notices = probe_fallbacks(ProbeTier::fentry, "bpf is not among the active security modules", reports);
    REQUIRE(notices.size() == 2);
    for (const auto& notice : notices) CHECK(notice.action == NoticeAction::fallback);
    CHECK(notices[0].severity == Severity::low);
    CHECK(notices[0].details.at("how") == "fentry");
    CHECK(notices[0].details.at("why") == "bpf is not among the active security modules");
    CHECK(notices[1].severity == Severity::medium);
    CHECK(notices[1].details.at("how") == "fentry without fexit/vfs_link");
    CHECK(notices[1].details.at("why") == "refused");
    CHECK(notices[1].text.find("links") != std::string::npos);
}
