#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "approval/ground.hpp"
#include "touchstone/approval_store.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

StoredApproval stored(const std::string& id) { return {id, "file of " + id, at(1), "root"}; }

const ApprovalUse kUse{at(5), false, {7, ~std::uint64_t{0}}, 10, at(4)};

}  // namespace

TEST_CASE("what was taken in is found by id and by path, also by another reader, and is private") {
    const ScratchDirectory directory;
    CHECK_FALSE(ApprovalStore::open(directory.path()).value());  // nothing was ever taken in
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    CHECK(store->add(stored("1"), {"/a", "/b"}).value());
    CHECK(store->add(stored("2"), {"/b"}).value());
    struct stat status{};
    REQUIRE(::stat(approvals_file(directory.path()).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    auto reader = std::move(*ApprovalStore::open(directory.path()).value());
    CHECK(reader.find("1").value()->file == "file of 1");
    CHECK_FALSE(reader.find("3").value());
    const auto mentions = reader.mentions_of("/b").value();
    REQUIRE(mentions.size() == 2);
    CHECK((mentions[0].id == "1" && mentions[1].id == "2" && !mentions[0].use));
    CHECK(reader.mentions_of("/c").value().empty());
    std::vector<std::string> ids;
    REQUIRE(reader.each([&](const StoredApproval& each) { ids.push_back(each.id); }));
    CHECK(ids == std::vector<std::string>{"1", "2"});
}

TEST_CASE("an id is taken in once, and what was refused leaves nothing") {
    const ScratchDirectory directory;
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    CHECK(store->add(stored("1"), {"/a"}).value());
    CHECK_FALSE(store->add(stored("1"), {"/other"}).value());
    CHECK(store->mentions_of("/other").value().empty());
    CHECK_FALSE(store->add(stored("2"), {"/b", "/b"}));
    CHECK_FALSE(store->find("2").value());
    CHECK(store->mentions_of("/b").value().empty());
}

TEST_CASE("a use is of one path of one approval") {
    const ScratchDirectory directory;
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    REQUIRE(store->add(stored("1"), {"/a", "/b"}));
    REQUIRE(store->add(stored("2"), {"/a"}));
    REQUIRE(store->mark_used("1", "/a", kUse));
    CHECK(store->mentions_of("/a").value()[0].use == kUse);
    CHECK_FALSE(store->mentions_of("/a").value()[1].use);
    CHECK(store->uses_of("1").value() == std::vector<std::pair<std::string, ApprovalUse>>{{"/a", kUse}});
    CHECK_FALSE(store->mark_used("3", "/a", kUse));
    CHECK_FALSE(store->mark_used("1", "/none", kUse));
}

TEST_CASE("reports wait for the next watch, in order, and no more than there is room for") {
    const ScratchDirectory directory;
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    for (std::int64_t i = 0; i < ApprovalStore::kMaxReports; ++i) REQUIRE(store->leave_report(std::to_string(i)).value());
    CHECK_FALSE(store->leave_report("one too many").value());
    const auto taken = store->take_reports().value();
    CHECK((taken.size() == 1000 && taken.front() == "0" && taken.back() == "999"));
    CHECK(store->take_reports().value().empty());
    CHECK(store->leave_report("again").value());
}

TEST_CASE("a damaged store, or one that is none, is corrupt; one that was replaced is noticed") {
    const ScratchDirectory directory;
    const auto file = approvals_file(directory.path());
    auto store = ApprovalStore::open_to_write(directory.path());
    REQUIRE(store);
    REQUIRE(store->add(stored("1"), {"/a"}));
    CHECK(store->is_current());
    REQUIRE(::rename(file.c_str(), (file + ".old").c_str()) == 0);
    CHECK_FALSE(store->is_current());
    for (const char* beside : {"-wal", "-shm"}) ::unlink((file + beside).c_str());
    put_content(file, std::string(4096, 'x'));
    CHECK(ApprovalStore::open(directory.path()).error().kind == ErrorKind::corrupt);
    CHECK(ApprovalStore::open_to_write(directory.path()).error().kind == ErrorKind::corrupt);
    ::unlink(file.c_str());
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    CHECK(ApprovalStore::open(directory.path()).error().kind == ErrorKind::corrupt);
}

TEST_CASE("nobody else may write the directory") {
    const ScratchDirectory directory;
    ::chmod(directory.path().c_str(), 0777);
    CHECK(ApprovalStore::open_to_write(directory.path()).error().kind == ErrorKind::bad_input);
}
