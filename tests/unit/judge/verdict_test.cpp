// What claims make of a finding.
#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;
using Word = Claim::Word;

namespace {

const std::vector<std::string> kPackage{"type", "mode", "uid", "gid", "content", "link_target"};

Finding only(const Scene& scene) {
    auto judgement = scene.judge();
    REQUIRE(judgement.findings.size() == 1);
    return judgement.findings.front();
}

std::string verdict_of(const Scene& scene) {
    const auto finding = only(scene);
    std::string text(name_of(finding.verdict));
    for (const auto& each : finding.evidence) text += " " + each.provider;
    return text + " " + std::string(name_of(finding.severity));
}

Scene rewritten() { return Scene().name("/a", kWritten).baseline(file(1, "old")).now(file(1, "new!", 200)); }

}  // namespace

TEST_CASE("without a claim a change is unexpected") { CHECK(verdict_of(rewritten()) == "unexpected high"); }

TEST_CASE("a claim that vouches for all of it authorizes") {
    CHECK(verdict_of(rewritten().claim(Word::vouches, "dpkg", kPackage)) == "authorized dpkg low");
    auto also_owned = rewritten();
    std::get<Attributes>(also_owned.group.back().now.look).uid = 7;
    CHECK(verdict_of(also_owned.claim(Word::vouches, "dpkg", {"content"})) == "unexpected dpkg high");
    CHECK(only(also_owned).evidence.front().reason == "its reason; not for uid");
    CHECK(verdict_of(also_owned.claim(Word::vouches, "approval", {"uid", "gid"})) == "authorized dpkg approval low");
}

TEST_CASE("weak evidence and explanations make it expected, never authorized") {
    CHECK(verdict_of(rewritten().claim(Word::vouches, "dpkg", kPackage, true)) == "expected dpkg low");
    CHECK(verdict_of(rewritten().claim(Word::explains, "expect")) == "expected expect low");
    CHECK(verdict_of(rewritten().claim(Word::explains, "expect", {"mode"})) == "unexpected expect high");
}

TEST_CASE("a contradiction outweighs explanations and weak evidence, and nothing that vouches in full") {
    auto scene = rewritten().claim(Word::explains, "expect").claim(Word::contradicts, "rpm");
    CHECK(verdict_of(scene) == "unexpected rpm high");
    CHECK(verdict_of(scene.claim(Word::vouches, "dpkg", kPackage, true)) == "unexpected rpm high");
    CHECK(verdict_of(scene.claim(Word::vouches, "approval", kPackage)) == "authorized approval low");
}

TEST_CASE("what appeared must be vouched for in all that it has") {
    const auto appeared = [](const Attributes& now) { return Scene().name("/new", kCreated).now(now).claim(Word::vouches, "dpkg", kPackage); };
    CHECK(verdict_of(appeared(file(1, "x"))) == "authorized dpkg low");
    auto capable = file(1, "x");
    capable.xattrs["security.capability"] = "all";
    CHECK(verdict_of(appeared(capable)) == "unexpected dpkg critical");
    auto immutable = file(1, "x");
    immutable.inode_flags = 16;
    CHECK(verdict_of(appeared(immutable)) == "unexpected dpkg high");
}

TEST_CASE("a label may go along with what it is the label of, and is not settled by itself") {
    const auto labelled = [](Attributes now) {
        now.xattrs["security.selinux"] = "system_u:object_r:bin_t:s0";
        return now;
    };
    const auto by_policy = [](Scene scene) {
        scene.claim(Word::vouches, "selinux", {"xattr.security.selinux"});
        scene.group.back().claims.back().only_beside_others = true;
        return scene;
    };
    auto appeared = Scene().name("/new", kCreated).now(labelled(file(1, "x"))).claim(Word::vouches, "dpkg", kPackage);
    CHECK(verdict_of(appeared) == "unexpected dpkg high");
    CHECK(verdict_of(by_policy(appeared)) == "authorized dpkg selinux low");
    // On a file that was there, with nothing else changed; also where a package vouches for all the rest.
    auto relabelled = Scene().name("/a", kAttributes).baseline(file(1, "x")).now(labelled(file(1, "x", 200)));
    CHECK(verdict_of(by_policy(relabelled)).starts_with("unexpected"));
    CHECK(verdict_of(by_policy(relabelled.claim(Word::vouches, "dpkg", kPackage))).starts_with("unexpected"));
    // Beside a change that nobody vouches for.
    CHECK(verdict_of(by_policy(Scene().name("/a", kWritten).baseline(file(1, "old")).now(labelled(file(1, "new", 200))))).starts_with("unexpected"));
    auto gone = Scene().name("/a", kDeleted).baseline(file(1, "old"));
    CHECK(verdict_of(by_policy(gone)).starts_with("unexpected"));
}

TEST_CASE("an absence is vouched for as such") {
    auto gone = Scene().name("/a", kDeleted).baseline(file(1, "old"));
    CHECK(verdict_of(gone) == "unexpected high");
    CHECK(verdict_of(gone.claim(Word::vouches, "dpkg", {})) == "authorized dpkg low");
}

TEST_CASE("a rename needs both names settled") {
    const auto moved = [](bool left, bool arrived) {
        Scene scene;
        scene.name("/a", kMoved).baseline(file(1, "same"));
        if (left) scene.claim(Word::vouches, "dpkg", {});
        scene.name("/b", kMoved).now(file(1, "same"));
        if (arrived) scene.claim(Word::vouches, "dpkg", kPackage);
        return verdict_of(scene.rename("/a", "/b"));
    };
    CHECK(moved(true, true) == "authorized dpkg low");
    CHECK(moved(true, false) == "unexpected high");
    CHECK(moved(false, true) == "unexpected high");
}

TEST_CASE("of one object under two names the worse verdict counts") {
    auto scene = Scene()
                     .name("/a", kWritten).baseline(file(1, "old")).now(file(1, "new!", 200)).claim(Word::vouches, "dpkg", kPackage)
                     .name("/b", kWritten).baseline(file(1, "old")).now(file(1, "new!", 200));
    CHECK(verdict_of(scene) == "unexpected high");
}

TEST_CASE("what was authorized and is put back is as grave as any change") {
    auto back = Scene().name("/a", kWritten).baseline(file(1, "old")).reported(file(1, "new!", 200)).standing(Verdict::authorized).now(file(1, "old", 300));
    CHECK(told(back.judge()) == "reverted /a (size sha256) as baseline");
    CHECK(verdict_of(back) == "unexpected high");
    CHECK(verdict_of(back.standing(Verdict::unexpected)) == "unexpected low");
    CHECK(verdict_of(back.standing(Verdict::authorized).claim(Word::vouches, "dpkg", kPackage)) == "authorized dpkg low");
}

TEST_CASE("the verdict stays with what is remembered, until something else is reported") {
    const auto remembered_as = [](const Scene& scene) { return scene.judge().effects.front().observation.standing; };
    CHECK(remembered_as(rewritten().claim(Word::vouches, "dpkg", kPackage)) == Verdict::authorized);
    auto known = Scene().name("/a", kAttributes).baseline(file(1, "old")).reported(file(1, "new!", 200)).standing(Verdict::authorized);
    CHECK(remembered_as(known.now(file(1, "new!", 200))) == Verdict::authorized);
    CHECK(remembered_as(known.now(file(1, "new!", 300))) == Verdict::authorized);  // touched, by whomever
    CHECK(remembered_as(known.now(file(1, "evil", 300))) == Verdict::unexpected);
}

TEST_CASE("what gains power is critical whatever the rule says") {
    const auto severity = [](const std::string& path, const std::optional<Attributes>& was, const Attributes& now) {
        Scene scene;
        scene.rule(Profile::content, Severity::low).name(path, kWritten);
        if (was) scene.baseline(*was);
        return std::string(name_of(only(scene.now(now)).severity));
    };
    CHECK(severity("/opt/tool", file(1, "x"), with_mode(file(1, "x", 200), 04755)) == "critical");
    CHECK(severity("/opt/tool", with_mode(file(1, "x"), 04755), with_mode(file(1, "y", 200), 04755)) == "low");
    CHECK(severity("/opt/tool", std::nullopt, with_mode(file(1, "x"), 02755)) == "critical");
    CHECK(severity("/opt/shared", std::nullopt, with_mode(directory(1), 02775)) == "low");
    for (const char* path : {"/etc/cron.d/job", "/etc/crontab", "/var/spool/cron/crontabs/root", "/etc/systemd/system/x.service", "/home/u/.ssh/authorized_keys2", "/etc/ld.so.preload"}) {
        INFO(path);
        CHECK(severity(path, std::nullopt, file(1, "x")) == "critical");
        CHECK(severity(path, file(1, "x"), file(1, "y", 200)) == "low");
    }
    CHECK(severity("/etc/crontab.bak", std::nullopt, file(1, "x")) == "low");
}

TEST_CASE("an object that could not be looked at is vouched for by nobody") {
    CHECK(verdict_of(Scene().name("/a", kWritten).baseline(file(1, "old")).now(refused(EACCES)).claim(Word::vouches, "dpkg")) == "unexpected high");
}
