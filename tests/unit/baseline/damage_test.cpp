// A damaged or forged file is `corrupt` or answers what it did before; it never brings the reader down.
#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "samples.hpp"
#include "store/ascending.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

std::string sound_file(const ScratchDirectory& directory) {
    std::vector<Observation> rows;
    for (std::uint64_t i = 0; i < 600; ++i) rows.push_back(seen("/d" + std::to_string(i % 3) + "/" + std::to_string(i), i + 1));
    rows.push_back(seen("/x", extreme()));
    REQUIRE(write(directory / "sound", rows));
    return content_of(directory / "sound");
}

// Reads all in every way; a failure other than `corrupt` fails the test. Returns whether verify() was content.
bool read_through(const std::string& path) {
    const auto corrupt = [](const Error& error) {
        INFO(error.what);
        CHECK(error.kind == ErrorKind::corrupt);
        return false;
    };
    auto reader = BaselineReader::open(path);
    if (!reader) return corrupt(reader.error());
    for (const std::string directory : {"/", "/d0", "/d1", "/d2"})
        if (const auto read = reader->children(directory, [](const Glance&) { return true; }); !read) corrupt(read.error());
    if (const auto read = reader->each("", [](const Observation&) { return true; }); !read) corrupt(read.error());
    if (const auto read = reader->each("/d1", [](const Observation&) { return true; }); !read) corrupt(read.error());
    if (const auto read = reader->find("/d1/1"); !read) corrupt(read.error());
    if (const auto read = reader->paths_of({0xfe00, 7}); !read) corrupt(read.error());
    if (const auto read = reader->acceptances(); !read) corrupt(read.error());
    const auto verified = reader->verify();
    return verified ? true : corrupt(verified.error());
}

void run_sql(const std::string& path, const char* sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    INFO(sql);
    REQUIRE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
}

}  // namespace

TEST_CASE("a truncated baseline is corrupt wherever it ends") {
    ScratchDirectory directory;
    const auto sound = sound_file(directory);
    REQUIRE(sound.size() > 8 * 16384);
    for (std::size_t size = 0; size < sound.size(); size += 16384) {
        for (const std::size_t extra : {std::size_t{0}, std::size_t{100}, std::size_t{2048}}) {
            put_content(directory / "cut", sound.substr(0, size + extra));
            INFO(size + extra);
            CHECK_FALSE(read_through(directory / "cut"));
        }
    }
}

TEST_CASE("a flipped byte is found by verify or was of no consequence") {
    ScratchDirectory directory;
    const auto sound = sound_file(directory);
    const auto id = BaselineReader::open(directory / "sound")->info().id;
    int found = 0;
    int flipped = 0;
    for (std::size_t place = 0; place < sound.size(); place += place < 512 ? 7 : 257) {
        auto damaged = sound;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x5a);
        put_content(directory / "flipped", damaged);
        INFO(place);
        ++flipped;
        if (!read_through(directory / "flipped")) {
            ++found;
        } else {
            CHECK(BaselineReader::open(directory / "flipped")->info().id == id);
        }
    }
    CHECK(found > flipped / 3);
}

TEST_CASE("a row changed behind our back does not have the content's digest") {
    ScratchDirectory directory;
    sound_file(directory);
    const auto path = directory / "sound";
    SECTION("a row") { run_sql(path, "UPDATE object SET packed=CAST(substr(packed,1,38)||x'01'||substr(packed,40) AS BLOB) WHERE name=x'31'"); }
    SECTION("a row removed") { run_sql(path, "DELETE FROM object WHERE name=x'31'"); }
    SECTION("an acceptance") { run_sql(path, "INSERT INTO acceptance(at,who,note,paths) VALUES(1,x'',x'',x'')"); }
    SECTION("a glance") { run_sql(path, "UPDATE glance SET names=CAST(substr(names,1,22)||x'0102030405060708'||substr(names,31) AS BLOB)"); }
    SECTION("a glance's place") { run_sql(path, "UPDATE glance SET number=number+1000"); }
    SECTION("a glance's directory") { run_sql(path, "UPDATE glance SET dir=dir+1"); }
    SECTION("a glance removed") { run_sql(path, "DELETE FROM glance WHERE number=2"); }
    SECTION("a glance added") { run_sql(path, "INSERT INTO glance(dir,names) SELECT dir,names FROM glance WHERE number=1"); }
    SECTION("an inode") { run_sql(path, "UPDATE inode SET rows=CAST(substr(rows,1,8)||x'0300000000000000'||substr(rows,17) AS BLOB)"); }
    SECTION("an inode's place") { run_sql(path, "UPDATE inode SET least=least-1"); }
    SECTION("an inode removed") { run_sql(path, "DELETE FROM inode WHERE least=(SELECT max(least) FROM inode)"); }
    SECTION("an inode added") { run_sql(path, "INSERT INTO inode SELECT least+100000,rows FROM inode"); }
    SECTION("a directory") { run_sql(path, "UPDATE directory SET path=x'2f643361' WHERE path=x'2f6431'"); }
    SECTION("a directory's id") { run_sql(path, "UPDATE directory SET id=id+1000 WHERE path=x'2f6431'"); }
    SECTION("a directory without rows") { run_sql(path, "INSERT INTO directory(path) VALUES(x'2f7a')"); }
    SECTION("a row of no directory") { run_sql(path, "INSERT INTO object SELECT 99,name,kind,device,inode,packed FROM object WHERE name=x'31'"); }
    SECTION("the info") { run_sql(path, "UPDATE info SET value=x'78' WHERE key=CAST('host' AS BLOB)"); }
    auto reader = BaselineReader::open(path);
    REQUIRE(reader);
    CHECK(reader->verify().error().kind == ErrorKind::corrupt);
}

TEST_CASE("values that no writer of ours makes are corrupt, not believed") {
    ScratchDirectory directory;
    sound_file(directory);
    const auto path = directory / "sound";
    const char* damages[] = {"kind=9", "kind=-1", "kind=3.5", "kind=1", "kind=3", "kind=3,device=NULL,inode=NULL", "device=NULL", "inode=NULL", "inode=x'00'", "device='x'",
                             "packed=x''", "packed='text'", "packed=1", "packed=CAST(packed||x'00' AS BLOB)", "packed=CAST(substr(packed,1,60) AS BLOB)",
                             "packed=CAST(packed AS TEXT)", "name=x'2f2e2e'", "name=x''"};
    for (const char* damage : damages) {
        std::filesystem::copy_file(path, directory / "forged", std::filesystem::copy_options::overwrite_existing);
        run_sql(directory / "forged", (std::string("UPDATE object SET ") + damage + " WHERE dir=(SELECT id FROM directory WHERE path=x'2f')").c_str());
        auto reader = BaselineReader::open(directory / "forged");
        INFO(damage);
        REQUIRE(reader);
        const auto read = reader->each("", [](const Observation&) { return true; });
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == ErrorKind::corrupt);
    }
}

TEST_CASE("glances that no writer of ours makes are corrupt, not believed, and never without end") {
    ScratchDirectory directory;
    sound_file(directory);
    for (const char* damage : {"names=x''", "names='text'", "names=1", "names=CAST(names||x'00' AS BLOB)", "names=CAST(names||names AS BLOB)",
                               "names=CAST(substr(names,1,4)||x'02'||substr(names,6) AS BLOB)"}) {
        std::filesystem::copy_file(directory / "sound", directory / "forged", std::filesystem::copy_options::overwrite_existing);
        run_sql(directory / "forged", (std::string("UPDATE glance SET ") + damage).c_str());
        auto reader = BaselineReader::open(directory / "forged");
        INFO(damage);
        REQUIRE(reader);
        CHECK(reader->children("/d1", [](const Glance&) { return true; }).error().kind == ErrorKind::corrupt);
        CHECK(reader->verify().error().kind == ErrorKind::corrupt);
    }
}

TEST_CASE("another schema, application or version is corrupt") {
    ScratchDirectory directory;
    sound_file(directory);
    const auto path = directory / "sound";
    SECTION("an earlier version") { run_sql(path, "PRAGMA user_version=1"); }
    SECTION("a later version") { run_sql(path, "PRAGMA user_version=1000"); }
    SECTION("application") { run_sql(path, "PRAGMA application_id=1"); }
    SECTION("trigger") { run_sql(path, "CREATE TRIGGER t AFTER INSERT ON object BEGIN SELECT 1; END"); }
    SECTION("view") { run_sql(path, "DROP TABLE acceptance; CREATE VIEW acceptance AS SELECT 1 AS at, x'' AS who, x'' AS note, x'' AS paths"); }
    SECTION("a table more") { run_sql(path, "CREATE TABLE more(x)"); }
    SECTION("no index") { run_sql(path, "DROP INDEX directory_path"); }
    SECTION("no info") { run_sql(path, "DELETE FROM info WHERE key=CAST('digest' AS BLOB)"); }
    SECTION("text") { put_content(path, "[baseline]\n"); }
    SECTION("empty") { put_content(path, ""); }
    const auto reader = BaselineReader::open(path);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().kind == ErrorKind::corrupt);
}

TEST_CASE("of a baseline in another format it is said which, and which is read") {
    ScratchDirectory directory;
    sound_file(directory);
    run_sql(directory / "sound", "PRAGMA user_version=1");
    CHECK(BaselineReader::open(directory / "sound").error().what == directory / "sound" + ": format 1, but this touchstone reads format 4");
}

TEST_CASE("journals beside an immutable baseline are not believed") {
    ScratchDirectory directory;
    sound_file(directory);
    put_content(directory / "sound-journal", std::string(4096, '\xd9'));
    put_content(directory / "sound-wal", std::string(4096, '\x37'));
    auto reader = BaselineReader::open(directory / "sound");
    REQUIRE(reader);
    CHECK(reader->verify());
    CHECK(std::filesystem::file_size(directory / "sound-wal") == 4096);
}

TEST_CASE("rows must ascend, so a tree that leads back to itself ends") {
    store::Ascending order;
    CHECK(order.advance("", "/"));
    CHECK(order.advance("/", "a"));
    CHECK_FALSE(order.advance("/", "a"));
    CHECK_FALSE(order.advance("", "z"));
    CHECK(order.advance("/", "a.b"));
    CHECK(order.advance("/a", "A"));
    CHECK_FALSE(order.advance("/", "z"));

    // Every child of each interior page made the first one.
    ScratchDirectory directory;
    auto bytes = sound_file(directory);
    int changed = 0;
    for (std::size_t page = 16384; page < bytes.size(); page += 16384) {
        if (bytes[page] != 2) continue;
        const auto cells = static_cast<unsigned char>(bytes[page + 3]) << 8 | static_cast<unsigned char>(bytes[page + 4]);
        const auto cell = [&](int i) {
            const std::size_t at = page + 12 + 2 * static_cast<std::size_t>(i);
            return page + (static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 | static_cast<unsigned char>(bytes[at + 1]));
        };
        for (int i = 1; i < cells; ++i) bytes.replace(cell(i), 4, bytes, cell(0), 4);
        ++changed;
    }
    REQUIRE(changed > 0);
    put_content(directory / "loop", bytes);
    auto reader = BaselineReader::open(directory / "loop");
    REQUIRE(reader);
    CHECK(reader->each("", [](const Observation&) { return true; }).error().kind == ErrorKind::corrupt);
    CHECK(reader->verify().error().kind == ErrorKind::corrupt);
}
