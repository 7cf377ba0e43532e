#include <catch2/catch.hpp>

#include "samples.hpp"
#include "store/glance_table.hpp"
#include "store/inode_table.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

std::vector<std::string> paths(BaselineReader& reader, const std::string& scope) {
    std::vector<std::string> out;
    REQUIRE(reader.each(scope, [&](const Observation& each) {
        out.push_back(each.path);
        return true;
    }));
    return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("every kind of row and any bytes come back as they were") {
    ScratchDirectory directory;
    auto symlink = file(7);
    symlink.type = FileType::symlink;
    symlink.link_target = "../x";
    auto log = file(8);
    log.digest.clear();
    log.blocks = blocks(3 * BlockDigests::kBlockSize + 5);
    auto empty_log = file(9);
    empty_log.blocks = BlockDigests{};
    std::vector<Observation> rows{seen("/", 1), seen("/a\xff\n\x01", extreme()), seen("/a\xff\n\x01/\xc3(", symlink), seen("/log", log),
                                  seen("/log0", empty_log)};
    rows.push_back(gone("/unreadable"));
    rows.back().look = Unreadable{EACCES, "open", std::nullopt};
    rows.push_back(gone("/unreadable2"));
    rows.back().look = Unreadable{EIO, "", extreme()};

    const auto written = write(directory / "baseline.db", rows);
    REQUIRE(written);
    CHECK(written->objects == rows.size());
    auto reader = BaselineReader::open(directory / "baseline.db");
    REQUIRE(reader);
    for (const auto& row : rows) {
        const auto found = reader->find(row.path);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK(same(**found, row));
    }
    CHECK(reader->info().id == written->id);
    CHECK(reader->info().host == "host\xff");
    CHECK(reader->info().built_at == at(5000));
    CHECK(reader->info().built_by == "root (login uid 1000)");
    CHECK(reader->verify());
    CHECK(reader->find("/nothing")->has_value() == false);
}

TEST_CASE("each digest algorithm is remembered") {
    ScratchDirectory directory;
    for (const auto algorithm : kDigestAlgorithms) {
        auto head = info();
        head.digest = algorithm;
        auto writer = BaselineWriter::create(directory / "b", head);
        REQUIRE(writer);
        REQUIRE(writer->commit());
        CHECK(BaselineReader::open(directory / "b")->info().digest == algorithm);
    }
}

TEST_CASE("a row replaces that of the same path, and an absence removes it") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/x", 1), seen("/y", 2), seen("/x", 3), gone("/y"), gone("/never")}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->info().objects == 1);
    CHECK(reader->find("/x").value()->attributes()->id.inode == 3);
    CHECK(reader->find("/y").value() == std::nullopt);
    CHECK(reader->paths_of({0xfe00, 1})->empty());
    CHECK(reader->verify());
}

TEST_CASE("what follows the baseline does so no longer once it is in it") {
    ScratchDirectory directory;
    auto row = seen("/log", 1);
    row.follows_baseline = true;
    REQUIRE(write(directory / "b", {row}));
    CHECK(BaselineReader::open(directory / "b")->find("/log").value()->follows_baseline == false);
}

TEST_CASE("a path that is no absolute path of a name is refused and does no harm") {
    ScratchDirectory directory;
    auto writer = BaselineWriter::create(directory / "b", info());
    REQUIRE(writer);
    for (const std::string bad : {"", "x", "a/b", "/a/", "//", "//a", "/a//b"}) {
        INFO(bad);
        CHECK(writer->put(seen(bad, 1)).error().kind == ErrorKind::bad_input);
    }
    CHECK(writer->put(seen(std::string("/a\0b", 4), 1)).error().kind == ErrorKind::bad_input);
    auto wrong = file(1);
    wrong.blocks = blocks(5);
    wrong.blocks->tail.clear();
    CHECK(writer->put(seen("/log", wrong)).error().kind == ErrorKind::bad_input);
    REQUIRE(writer->put(seen("/good", 1)));
    CHECK(writer->commit()->objects == 1);
}

TEST_CASE("children are the names directly below, in byte order") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/", 1), seen("/d", 2), seen("/d/b", 3), seen("/d/a.b", 4), seen("/d/a", 5), seen("/d/a/x", 6),
                                    seen("/d/\xff", 7), seen("/d/B", 8), seen("/d.x", 9), seen("/d.x/y", 10)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(names(*reader, "/d") == Paths{"B", "a", "a.b", "b", "\xff"});
    CHECK(names(*reader, "/") == Paths{"d", "d.x"});
    CHECK(names(*reader, "/d/a") == Paths{"x"});
    CHECK(names(*reader, "/d/b").empty());
    int visited = 0;
    REQUIRE(reader->children("/d", [&](const Glance&) { return ++visited < 2; }));
    CHECK(visited == 2);
}

TEST_CASE("a glance says what a sweep needs") {
    ScratchDirectory directory;
    auto bad = gone("/bad");
    bad.look = Unreadable{EACCES, "open", std::nullopt};
    auto half = gone("/half");
    half.look = Unreadable{EIO, "read", file(5, 77)};
    REQUIRE(write(directory / "b", {seen("/x", extreme()), bad, half}));
    std::vector<Glance> glances;
    REQUIRE(BaselineReader::open(directory / "b")->children("/", [&](const Glance& glance) {
        glances.push_back(glance);
        return true;
    }));
    REQUIRE(glances.size() == 3);
    CHECK(glances[0].unreadable);
    CHECK(glances[0].id == ObjectId{});
    CHECK(glances[1].unreadable);
    CHECK(glances[1].size == 77);
    CHECK_FALSE(glances[2].unreadable);
    CHECK(glances[2].type == FileType::block_device);
    CHECK(glances[2].id == extreme().id);
    CHECK(glances[2].ctime == extreme().ctime);
    CHECK(glances[2].looked_at == at(3000));
}

TEST_CASE("the names of a large directory, long ones among them, come in byte order and once") {
    ScratchDirectory directory;
    std::vector<Observation> rows;
    Paths expected;
    for (int i = 0; i < 1000; ++i) expected.push_back(std::string(static_cast<std::size_t>(1 + i * 37 % 255), 'n') + std::to_string(i));
    for (const auto& name : expected) rows.push_back(seen("/d/" + name, name.size()));
    rows.push_back(seen("/d.", 1));
    REQUIRE(write(directory / "b", rows));
    std::sort(expected.begin(), expected.end());
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(names(*reader, "/d") == expected);
    CHECK(reader->verify());
}

TEST_CASE("a visitor may read on while it is being called") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/d", 1), seen("/d/e", 2), seen("/d/e/f", 3), seen("/d/g", 4)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    Paths visited;
    REQUIRE(reader->children("/d", [&](const Glance& outer) {
        visited.push_back(outer.name);
        return reader->children("/d/" + outer.name, [&](const Glance& inner) {
            visited.push_back(inner.name);
            return true;
        }).has_value();
    }));
    CHECK(visited == Paths{"e", "f", "g"});
}

TEST_CASE("a scope is the object and all below it, by components") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/etc", 1), seen("/etc/a", 2), seen("/etc/a/b", 3), seen("/etc/a-b", 4), seen("/etc/a/b/c", 5),
                                    seen("/etc-x", 6), seen("/etc-x/y", 7), seen("/etcetera", 8), seen("/etc0/z", 9), seen("/", 10)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(paths(*reader, "/etc") == Paths{"/etc", "/etc/a", "/etc/a-b", "/etc/a/b", "/etc/a/b/c"});
    CHECK(paths(*reader, "/etc/a") == Paths{"/etc/a", "/etc/a/b", "/etc/a/b/c"});
    CHECK(paths(*reader, "/etc/a/b/c") == Paths{"/etc/a/b/c"});
    CHECK(paths(*reader, "/nothing").empty());
    CHECK(paths(*reader, "").size() == 10);
    CHECK(paths(*reader, "/").size() == 10);
    CHECK(paths(*reader, "").front() == "/");
    int visited = 0;
    REQUIRE(reader->each("/etc", [&](const Observation&) { return ++visited < 4; }));
    CHECK(visited == 4);
}

TEST_CASE("all paths of an inode are found, and of a device only") {
    ScratchDirectory directory;
    auto elsewhere = file(42);
    elsewhere.id.device = 1;
    auto unreadable = gone("/u");
    unreadable.look = Unreadable{EIO, "read", file(42)};
    REQUIRE(write(directory / "b", {seen("/b/x", 42), seen("/a", 42), seen("/c", 43), seen("/d", elsewhere), unreadable, seen("/e", extreme())}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->paths_of({0xfe00, 42}).value() == Paths{"/a", "/u", "/b/x"});
    CHECK(reader->paths_of({1, 42}).value() == Paths{"/d"});
    CHECK(reader->paths_of(extreme().id).value() == Paths{"/e"});
    CHECK(reader->paths_of({2, 42})->empty());
    CHECK(reader->paths_of({})->empty());
}

TEST_CASE("the root directory is among the paths of its inode") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/", 2), seen("/a", 3), seen("/a/b", 2)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->paths_of({0xfe00, 2}).value() == Paths{"/", "/a/b"});
    CHECK(reader->paths_of({0xfe00, 3}).value() == Paths{"/a"});
}

TEST_CASE("an inode of very many names, and many inodes, are found") {
    ScratchDirectory directory;
    std::vector<Observation> rows;
    Paths linked;
    for (int i = 0; i < 3000; ++i) {
        rows.push_back(seen("/d/" + std::to_string(i), static_cast<std::uint64_t>(10 + i % 997)));
        linked.push_back("/l/" + std::to_string(i));
        rows.push_back(seen(linked.back(), 5));
    }
    REQUIRE(write(directory / "b", rows));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    std::sort(linked.begin(), linked.end());
    CHECK(reader->paths_of({0xfe00, 5}).value() == linked);
    for (int inode = 10; inode < 10 + 997; ++inode) {
        Paths expected;
        for (int i = inode - 10; i < 3000; i += 997) expected.push_back("/d/" + std::to_string(i));
        std::sort(expected.begin(), expected.end());
        REQUIRE(reader->paths_of({0xfe00, static_cast<std::uint64_t>(inode)}).value() == expected);
    }
    CHECK(reader->paths_of({0xfe00, 1})->empty());
    CHECK(reader->paths_of({0xfe00, 2000})->empty());
    CHECK(reader->verify());
}

TEST_CASE("what has no room is left out, and comes in the next round") {
    const std::size_t room = static_cast<std::size_t>(GENERATE(1, 2, 7, 99, 100, 1000));
    std::vector<store::InodeRow> all, taken;
    for (std::int64_t i = 0; i < 100; ++i) all.push_back({i * 37 % 100 - 50, i});
    store::InodeRows rows(room);
    for (bool left_out = true; left_out;) {
        for (const auto& row : all)
            for (int twice = 0; twice < 2; ++twice) rows.add({1, static_cast<std::uint64_t>(row.inode)}, row.number);
        rows.add({}, 7);  // nothing was seen of it
        const auto part = rows.take();
        CHECK(part.rows.size() <= room);
        taken.insert(taken.end(), part.rows.begin(), part.rows.end());
        left_out = part.left_out;
    }
    std::sort(all.begin(), all.end());
    CHECK(taken == all);
}

TEST_CASE("with little room the table of inodes comes out the same") {
    ScratchDirectory directory;
    std::vector<Observation> rows;
    for (int i = 0; i < 2000; ++i) rows.push_back(seen("/d" + std::to_string(i % 5) + "/" + std::to_string(i), static_cast<std::uint64_t>(1 + i * 7919 % 1500)));
    REQUIRE(write(directory / "b", rows));
    auto database = store::Database::open(directory / "b", store::Access::write);
    REQUIRE(database);
    REQUIRE((*database)->execute("DELETE FROM inode"));
    store::InodeRows few(10);
    REQUIRE(store::GlanceTable(**database).each([&](ObjectId id, std::int64_t number) { few.add(id, number); }));
    REQUIRE(store::InodeTable(**database).fill(few));
    CHECK(store::InodeTable(**database).verify());
}

TEST_CASE("a directory that lost its last name is gone, and one that gets it back is there") {
    ScratchDirectory directory;
    auto writer = BaselineWriter::create(directory / "b", info());
    REQUIRE(writer);
    for (const auto* path : {"/a", "/a/x", "/b", "/b/x", "/c", "/c/x"}) REQUIRE(writer->put(seen(path, 1)));
    for (const auto* path : {"/a/x", "/b/x", "/b/x", "/nowhere/x"}) REQUIRE(writer->put(gone(path)));
    REQUIRE(writer->put(seen("/b/x", 2)));
    REQUIRE(writer->put(seen("/b/x", 3)));
    CHECK(writer->commit()->objects == 5);
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->verify());
    CHECK(paths(*reader, "") == Paths{"/a", "/b", "/c", "/b/x", "/c/x"});
    CHECK(reader->next_directory("", "/").value() == "/b");
    CHECK(reader->next_directory("/a", "").value() == std::nullopt);
}

TEST_CASE("more directories than are remembered while a baseline is written") {
    ScratchDirectory directory;
    auto writer = BaselineWriter::create(directory / "b", info());
    REQUIRE(writer);
    constexpr int kDirectories = 5000;  // 4096 are
    for (const char* name : {"/a", "/b"})
        for (int i = 0; i < kDirectories; ++i) REQUIRE(writer->put(seen("/d" + std::to_string(i) + name, static_cast<std::uint64_t>(i + 1))));
    CHECK(writer->commit()->objects == 2 * kDirectories);
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->verify());
    for (int i = 0; i < kDirectories; i += 499) CHECK(names(*reader, "/d" + std::to_string(i)) == Paths{"a", "b"});
}

TEST_CASE("acceptances and rows are taken over from an older baseline") {
    ScratchDirectory directory;
    const Acceptance first{at(1), "root\xff", "why\nnot", {"/a", "/b\xff", ""}};
    const Acceptance second{at(2), "eve", "", {}};
    {
        auto writer = BaselineWriter::create(directory / "b", info());
        REQUIRE(writer);
        REQUIRE(writer->put(seen("/a", 1)));
        REQUIRE(writer->put(seen("/b", 2)));
        REQUIRE(writer->note(first));
        REQUIRE(writer->commit());
    }
    auto old = BaselineReader::open(directory / "b");
    REQUIRE(old);
    auto writer = BaselineWriter::create(directory / "b", info());
    REQUIRE(writer);
    REQUIRE(writer->copy_from(*old));
    REQUIRE(writer->put(seen("/a", 3)));
    REQUIRE(writer->note(second));
    REQUIRE(writer->commit());
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->verify());
    CHECK(reader->find("/a").value()->attributes()->id.inode == 3);
    CHECK(reader->find("/b").value()->attributes()->id.inode == 2);
    const auto notes = reader->acceptances();
    REQUIRE(notes);
    REQUIRE(notes->size() == 2);
    CHECK(notes->at(0).by == first.by);
    CHECK(notes->at(0).note == first.note);
    CHECK(notes->at(0).paths == first.paths);
    CHECK(notes->at(0).at == first.at);
    CHECK(notes->at(1).by == "eve");

    auto other = info();
    other.digest = DigestAlgorithm::sha512;
    CHECK(BaselineWriter::create(directory / "c", other)->copy_from(*reader).error().kind == ErrorKind::bad_input);
}

TEST_CASE("one id says one content") {
    ScratchDirectory directory;
    const auto first = write(directory / "1", {seen("/a", 1), seen("/b", 2)});
    const auto other_order = write(directory / "2", {seen("/b", 2), seen("/a", 1)});
    auto late = seen("/b", 2);
    late.looked_at = at(9);
    const auto changed = write(directory / "3", {seen("/a", 1), late});
    REQUIRE(first);
    CHECK(first->id.size() == 64);
    CHECK(first->id == other_order->id);
    CHECK(first->id != changed->id);
    auto head = info();
    head.host = "another";
    auto writer = BaselineWriter::create(directory / "4", head);
    REQUIRE(writer->put(seen("/a", 1)));
    REQUIRE(writer->put(seen("/b", 2)));
    CHECK(writer->commit()->id != first->id);
}
