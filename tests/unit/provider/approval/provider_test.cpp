#include <catch2/catch.hpp>

#include "approval/ground.hpp"
#include "touchstone/approval_store.hpp"
#include "approval/provider.hpp"
#include "touchstone/providers.hpp"

using namespace touchstone;
using namespace touchstone::test;
using approval::ApprovalProvider;
using Catch::Matchers::Contains;

namespace {

// A file in one state; each `moment` is another write.
Observation file(const std::string& content, int moment, const std::string& path = "/etc/app.conf") {
    Attributes it;
    it.mode = 0644;
    it.link_count = 1;
    it.size = content.size();
    it.digest = sha256(content);
    it.id = {1, 2};
    it.ctime = at(moment);
    return {path, at(moment), it, {}, false};
}
Observation gone(int moment, const std::string& path = "/etc/app.conf") { return {path, at(moment), Absent{}, {}, false}; }

class Ground {
public:
    Ground() : alice(make_keys(directory, "alice")), keys(ApproverKey::load_all({alice.public_file}).value()), provider(another()) {}

    ApprovalProvider another() const { return {keys, directory.path(), kHost}; }
    void submit(const Approval& approval) { put(approval.id, sign(approval, alice), approval); }
    void put(const std::string& id, const std::string& signed_, const Approval& approval) {
        auto store = ApprovalStore::open_to_write(directory.path());
        REQUIRE(store);
        std::vector<std::string> paths;
        for (const auto& change : approval.changes) paths.push_back(change.path);
        REQUIRE(store->add({id, signed_, submitted, "root"}, paths).value());
    }
    std::vector<Claim> ask(const Observation* known, const Observation& now, int moment = 60) {
        Question question{now.path, now, [known] { return known; }, DigestAlgorithm::sha256, nullptr, false, at(moment), {}, {}, {}};
        return ask(question);
    }
    std::vector<Claim> ask(const Question& question) {
        std::vector<Claim> claims;
        const auto asked = provider.ask(question, claims);
        INFO((asked ? "" : asked.error().what));
        REQUIRE(asked);
        return claims;
    }
    bool vouches(const Observation* known, const Observation& now, int moment = 60) { return !ask(known, now, moment).empty(); }
    // Asks, and uses it up.
    void make(const Observation* known, const Observation& now) {
        const auto claims = ask(known, now);
        REQUIRE(claims.size() == 1);
        REQUIRE(provider.used(claims[0].evidence, now));
    }

    WallTime submitted = at(-1000);
    ScratchDirectory directory;
    KeyPair alice;
    std::vector<ApproverKey> keys;
    ApprovalProvider provider;
};

const Observation& was() {
    static const Observation old = file("old", 1);
    return old;
}
const Observation& is() {
    static const Observation approved = file("new", 50);
    return approved;
}

}  // namespace

TEST_CASE("the change that was approved is vouched for, with evidence") {
    Ground ground;
    CHECK(ground.ask(&was(), is()).empty());  // nothing was ever taken in
    ground.submit(sample());
    const auto claims = ground.ask(&was(), is());
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].word == Claim::Word::vouches);
    CHECK(claims[0].evidence.provider == "approval");
    CHECK(claims[0].evidence.source == "approval " + sample().id + " (CHG-4711)");
    CHECK(claims[0].evidence.signer == ground.keys[0].id() + " (alice)");
    CHECK_THAT(claims[0].evidence.reason, Contains("by alice"));
    CHECK_FALSE(claims[0].evidence.weak);
    CHECK(claims[0].covers == std::vector<std::string>{"type", "content", "link_count"});  // neither mode nor owner: nothing is said of them
}

TEST_CASE("whatever else changes is not") {
    Ground ground;
    ground.submit(sample());
    const auto other = file("something else", 50), meanwhile = file("changed meanwhile", 40), elsewhere = file("new", 50, "/etc/other"), was_elsewhere = file("old", 1, "/etc/other");
    CHECK_FALSE(ground.vouches(&was(), other));            // another content
    CHECK_FALSE(ground.vouches(&was_elsewhere, elsewhere));         // at another path
    CHECK_FALSE(ground.vouches(&meanwhile, is()));        // from another state
    CHECK_FALSE(ground.vouches(nullptr, is()));
    const auto absent = gone(40);
    CHECK_FALSE(ground.vouches(&absent, is()));
    CHECK_FALSE(ground.vouches(&was(), absent));
    const auto again = file("new", 55);
    CHECK_FALSE(ground.vouches(&is(), again));            // it was so before: not this change
    Observation unreadable{"/etc/app.conf", at(50), Unreadable{EACCES, "open", is().attributes() ? std::optional(*is().attributes()) : std::nullopt}, {}, false};
    CHECK_FALSE(ground.vouches(&was(), unreadable));
    auto link = is();
    std::get<Attributes>(link.look).type = FileType::symlink;
    CHECK_FALSE(ground.vouches(&was(), link));
}

TEST_CASE("an approval is valid from its first moment, or five minutes before it, until it expires") {
    Ground ground;
    ground.submit(sample());
    CHECK_FALSE(ground.vouches(&was(), is(), -301));
    CHECK(ground.vouches(&was(), is(), -300));
    CHECK(ground.vouches(&was(), is(), 3599));
    CHECK_FALSE(ground.vouches(&was(), is(), 3600));
}

TEST_CASE("what was changed before the approval was taken in is not approved by it") {
    Ground ground;
    ground.submitted = at(50) + std::chrono::milliseconds(10);  // within a tick of the change
    ground.submit(sample());
    CHECK(ground.vouches(&was(), is()));
    const auto earlier = file("new", 49);
    CHECK_FALSE(ground.vouches(&was(), earlier));
    CHECK_FALSE(ground.vouches(&was(), is(), 49));
}

TEST_CASE("an approval is used up by the change that it describes") {
    Ground ground;
    ground.submit(sample());
    ground.make(&was(), is());
    // Asked again of the very state, by anybody, also after it has expired.
    CHECK(ground.vouches(&was(), is()));
    CHECK(ground.vouches(&was(), is(), 100000));
    auto restarted = ground.another();
    std::vector<Claim> claims;
    REQUIRE(restarted.ask({is().path, is(), [] { return &was(); }, DigestAlgorithm::sha256, nullptr, false, at(70), {}, {}}, claims));
    CHECK(claims.size() == 1);
    // Away and back again: another change.
    const auto back = file("old", 61), once_more = file("new", 62);
    CHECK_FALSE(ground.vouches(&is(), back));
    CHECK_FALSE(ground.vouches(&back, once_more));
    CHECK_FALSE(ground.vouches(&was(), once_more));
}

TEST_CASE("what goes on from the state that was approved, with the same content, is still that") {
    Ground ground;
    ground.submit(sample());
    ground.make(&was(), is());
    const auto touched = file("new", 80), touched_again = file("new", 90);
    ground.make(&is(), touched);
    CHECK(ground.vouches(&touched, touched_again));
    CHECK_FALSE(ground.vouches(&is(), touched_again));  // not what was last known to be approved
}

TEST_CASE("asking uses nothing") {
    Ground ground;
    ground.submit(sample());
    const auto another_write = file("new", 55);
    CHECK(ground.vouches(&was(), is()));
    CHECK(ground.vouches(&was(), another_write));
}

TEST_CASE("mode and owner count where they are given, and then only as they are given") {
    Ground ground;
    auto approval = sample();
    approval.changes[0].after.mode = 0600;
    approval.changes[0].after.uid = 0;
    ground.submit(approval);
    CHECK_FALSE(ground.vouches(&was(), is()));
    auto right = is();
    std::get<Attributes>(right.look).mode = 0600;
    const auto claims = ground.ask(&was(), right);
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].covers == std::vector<std::string>{"type", "mode", "uid", "content", "link_count"});
    std::get<Attributes>(right.look).link_count = 2;  // another name of it, which nobody approved
    CHECK(ground.ask(&was(), right).at(0).covers == std::vector<std::string>{"type", "mode", "uid", "content"});
    std::get<Attributes>(right.look).uid = 1;
    CHECK_FALSE(ground.vouches(&was(), right));
}

TEST_CASE("new directories, links and removals") {
    Ground ground;
    auto approval = sample();
    approval.changes = {{"/d", {}, {.kind = ApprovedState::Kind::directory, .digests = {}, .link_target = {}, .mode = 0755, .uid = {}, .gid = {}}},
                        {"/gone", file_of("old"), {}},
                        {"/l", {}, {.kind = ApprovedState::Kind::symlink, .digests = {}, .link_target = "x", .mode = {}, .uid = {}, .gid = {}}}};
    ground.submit(approval);
    Attributes directory;
    directory.type = FileType::directory;
    directory.mode = 0755;
    directory.ctime = at(50);
    CHECK(ground.vouches(nullptr, {"/d", at(50), directory, {}, false}));
    directory.mode = 0777;
    CHECK_FALSE(ground.vouches(nullptr, {"/d", at(50), directory, {}, false}));
    Attributes link;
    link.type = FileType::symlink;
    link.mode = 0777;
    link.ctime = at(50);
    link.link_target = "x";
    CHECK(ground.ask(nullptr, {"/l", at(50), link, {}, false}).at(0).covers == std::vector<std::string>{"type", "mode", "link_target"});
    link.link_target = "y";
    CHECK_FALSE(ground.vouches(nullptr, {"/l", at(50), link, {}, false}));

    const auto old = file("old", 1, "/gone"), other = file("other", 1, "/gone"), absent = gone(50, "/gone");
    CHECK_FALSE(ground.vouches(&other, absent));
    ground.make(&old, absent);
    CHECK(ground.vouches(&absent, absent));
    const auto restored = file("old", 60, "/gone");
    CHECK_FALSE(ground.vouches(&absent, restored));
    CHECK_FALSE(ground.vouches(&restored, gone(61, "/gone")));  // removed again
}

TEST_CASE("a digest that the host does not keep is computed from the content") {
    Ground ground;
    auto approval = sample();
    approval.changes[0].before = {.kind = ApprovedState::Kind::any, .digests = {}, .link_target = {}, .mode = {}, .uid = {}, .gid = {}};
    ground.submit(approval);
    auto now = is();
    std::get<Attributes>(now.look).digest = std::string(64, 'x');
    Question question{now.path, now, [] { return &was(); }, DigestAlgorithm::sha512, nullptr, false, at(60), {}, {}, {}};
    CHECK(ground.ask(question).empty());  // nothing to read it with
    question.read = [](const auto& consume) { return consume("n"), consume("ew"), Status{}; };
    CHECK(ground.ask(question).size() == 1);
    question.read = [](const auto& consume) { return consume("newer"), Status{}; };
    CHECK(ground.ask(question).empty());
    question.read = [](const auto&) { return Status(fail(Error{"changing", ErrorKind::system, EBUSY})); };
    CHECK(ground.ask(question).empty());
    question.read = [](const auto&) { return Status(fail(Error{"broken disk", ErrorKind::system, EIO})); };
    std::vector<Claim> claims;
    CHECK(ground.provider.ask(question, claims).error().code == EIO);
}

TEST_CASE("the database is not believed") {
    Ground ground;
    const auto mallory = make_keys(ground.directory, "mallory");
    auto approval = sample();
    ground.put(approval.id, sign(approval, mallory), approval);  // signed by a key that is not ours
    auto text = sign(approval, ground.alice);
    text[text.find("4711")] = '5';
    ground.put("altered", text, approval);
    auto elsewhere = sample();
    elsewhere.hosts = {std::string(32, 'e')};
    ground.put("elsewhere", sign(elsewhere, ground.alice), elsewhere);
    ground.put("another id", sign(approval, ground.alice), approval);
    CHECK_FALSE(ground.vouches(&was(), is()));
}

TEST_CASE("a key that is withdrawn takes its approvals with it") {
    Ground ground;
    ground.submit(sample());
    ground.make(&was(), is());
    ground.provider = ApprovalProvider({}, ground.directory.path(), kHost);
    CHECK_FALSE(ground.vouches(&was(), is()));
}

TEST_CASE("an approval that is taken in while the provider is open is heeded at once; a damaged store is an error") {
    Ground ground;
    CHECK_FALSE(ground.vouches(&was(), is()));
    ground.submit(sample());
    CHECK(ground.vouches(&was(), is()));
    const auto store = approvals_file(ground.directory.path());
    std::filesystem::remove(store);
    put_content(store, std::string(5000, 'x'));
    std::vector<Claim> claims;
    CHECK_FALSE(ground.provider.ask({is().path, is(), [] { return &was(); }, DigestAlgorithm::sha256, nullptr, false, at(60), {}, {}}, claims));
    CHECK(claims.empty());
}

TEST_CASE("the changes of an approval belong together") {
    Ground ground;
    ground.submit(sample());
    const auto claims = ground.ask(&was(), is());
    REQUIRE(claims.size() == 1);
    const auto open = ground.provider.transaction(claims[0].evidence.transaction).value();
    REQUIRE(open);
    CHECK(open->items == std::vector<std::string>{"/etc/app.conf", "/etc/app.d"});
    CHECK(open->begun == at(-1000));
    CHECK(open->ended == sample().expires);
    CHECK(open->text == "approval CHG-4711 of 2 paths");
    ground.make(&was(), is());
    Attributes directory;
    directory.type = FileType::directory;
    directory.mode = 0755;
    directory.ctime = at(50);
    ground.make(nullptr, {"/etc/app.d", at(55), directory, {}, false});
    CHECK(ground.provider.transaction(claims[0].evidence.transaction).value()->ended == at(55));
    CHECK_FALSE(ground.provider.transaction("dpkg-1").value());
    CHECK_FALSE(ground.provider.transaction("approval-none").value());
    CHECK_FALSE(ground.provider.used({"approval", "approval x", "", "", false, ""}, is()));
}

TEST_CASE("without keys there is no such provider; with a bad one it cannot be opened") {
    const ScratchDirectory directory;
    ProviderSettings settings;
    CHECK(open_providers(settings, directory.path(), "approval").value().empty());
    settings.approvals.keys = {make_keys(directory, "alice").public_file};
    CHECK(open_providers(settings, directory.path(), "approval").value().at(0)->name() == "approval");
    settings.approvals.keys.push_back(directory / "missing.pem");
    CHECK_THAT(open_providers(settings, directory.path(), "approval").error().what, Contains("missing.pem"));
}
