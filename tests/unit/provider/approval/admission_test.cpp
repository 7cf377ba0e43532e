#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "approval/ground.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const Approval& approval, const std::string& host = kHost, DigestAlgorithm digest = DigestAlgorithm::sha256, WallTime now = at(60)) {
    const auto admitted = admit_approval(approval, host, digest, now);
    return admitted ? "taken" : admitted.error().what;
}

Approval of_path(const std::string& path) {
    auto approval = sample();
    approval.changes = {{path, {}, file_of("new")}};
    return approval;
}

}  // namespace

TEST_CASE("hosts, times and digests") {
    CHECK(refusal(sample()) == "taken");
    CHECK_THAT(refusal(sample(), std::string(32, 'f')), Contains("is for host " + kHost));
    CHECK_THAT(refusal(sample(), ""), Contains("no machine id"));
    auto anywhere = sample();
    anywhere.hosts.clear();
    CHECK(refusal(anywhere, std::string(32, 'f')) == "taken");
    CHECK(refusal(sample(), kHost, DigestAlgorithm::sha256, at(3599)) == "taken");
    CHECK_THAT(refusal(sample(), kHost, DigestAlgorithm::sha256, at(3600)), Contains("has expired"));
    CHECK(refusal(sample(), kHost, DigestAlgorithm::sha256, at(-100000)) == "taken");  // for later
    CHECK_THAT(refusal(sample(), kHost, DigestAlgorithm::sha512), Contains("/etc/app.conf") && Contains("--digest sha512"));
}

TEST_CASE("a path that leads through a symbolic link on this host is refused") {
    const ScratchDirectory directory;
    ::mkdir((directory / "real").c_str(), 0700);
    ::mkdir((directory / "real/sub").c_str(), 0700);
    REQUIRE(::symlink("real", (directory / "link").c_str()) == 0);
    put_content(directory / "real/file", "x");
    CHECK(refusal(of_path(directory / "real/new")) == "taken");
    CHECK(refusal(of_path(directory / "missing/new")) == "taken");
    CHECK(refusal(of_path(directory / "real/file/below")) == "taken");
    CHECK(refusal(of_path(directory / "link")) == "taken");  // the link itself may become something else
    CHECK(refusal(of_path("/x")) == "taken");
    CHECK_THAT(refusal(of_path(directory / "link/new")), Contains("symbolic link"));
    CHECK_THAT(refusal(of_path(directory / "link/sub/new")), Contains("symbolic link"));
    // One bad path refuses all, wherever it stands.
    auto approval = sample();
    approval.changes = {{directory / "link/a", {}, file_of("a")}, {directory / "real/b", {}, file_of("b")}};
    CHECK_THAT(refusal(approval), Contains("link/a"));
}
