#include <archive.h>
#include <fcntl.h>

#include "compressed.hpp"
#include "entries.hpp"
#include "touchstone/log_files.hpp"

using namespace touchstone;
using namespace touchstone::reader;
using touchstone::test::put_content;
using touchstone::test::ScratchDirectory;
using Lines = std::vector<std::string>;

namespace {

struct Read {
    Lines lines;
    LineFaults faults;
};

LineReceiver into(Lines& lines) {
    return [&lines](std::string_view line) { return lines.emplace_back(line), true; };
}

Read forwards(const std::string& path) {
    Read out;
    const auto fd = open_log(path, false);
    REQUIRE(fd);
    REQUIRE(read_lines(fd->get(), path, out.faults, into(out.lines)));
    return out;
}

Read backwards(const std::string& path) {
    Read out;
    const auto fd = open_log(path, false);
    REQUIRE(fd);
    REQUIRE(read_lines_backwards(fd->get(), std::filesystem::file_size(path), path, out.faults, into(out.lines)));
    return out;
}

}  // namespace

TEST_CASE("lines from the front and from behind, over blocks of any size") {
    ScratchDirectory scratch;
    Lines lines;
    std::string text;
    for (int i = 0; i < 300; ++i) text += lines.emplace_back(std::string(static_cast<std::size_t>(i * 37 % 5000), static_cast<char>('a' + i % 26))) + "\n";
    put_content(scratch / "log", text);
    CHECK(forwards(scratch / "log").lines == lines);
    CHECK(backwards(scratch / "log").lines == Lines(lines.rbegin(), lines.rend()));
}

TEST_CASE("a torn last line is counted, and a line that is too long") {
    ScratchDirectory scratch;
    put_content(scratch / "log", "one\n" + std::string(kMaxLine + 1, 'x') + "\ntwo\nthr");
    for (const auto& read : {forwards(scratch / "log"), backwards(scratch / "log")}) {
        CHECK(read.lines.size() == 2);
        CHECK(read.faults.too_long == 1);
        CHECK(read.faults.unfinished == 1);
    }
    for (const std::string content : {"", "torn"}) {
        put_content(scratch / "alone", content);
        for (const auto& read : {forwards(scratch / "alone"), backwards(scratch / "alone")}) {
            CHECK(read.lines.empty());
            CHECK(read.faults.unfinished == (content.empty() ? 0 : 1));
        }
    }
}

TEST_CASE("compressed logs are read, damaged ones are an error") {
    ScratchDirectory scratch;
    for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD})
        CHECK(forwards(compress(scratch / "log.1", filter, "one\ntwo\n")).lines == Lines{"one", "two"});
    auto bytes = touchstone::test::content_of(compress(scratch / "log.1.gz", ARCHIVE_FILTER_GZIP, std::string(100'000, 'x') + "\n"));
    put_content(scratch / "log.1.gz", bytes.substr(0, bytes.size() / 2));
    const auto fd = open_log(scratch / "log.1.gz", false);
    LineFaults faults;
    CHECK_FALSE(read_lines(fd->get(), "log.1.gz", faults, [](std::string_view) { return true; }));
}

TEST_CASE("rotations, oldest first") {
    ScratchDirectory scratch;
    const auto add = [&](const char* name, int age) {
        put_content(scratch / name, "x");
        std::filesystem::last_write_time(scratch / name, std::filesystem::file_time_type::clock::now() - std::chrono::hours(age));
    };
    add("events.jsonl", 0);
    add("events.jsonl.1", 1);
    add("events.jsonl.2.gz", 2);
    add("events.jsonl.10.xz", 10);
    add("events.jsonl-20260101.zst", 99);
    add("other.1", 1);
    std::filesystem::create_symlink("/etc/passwd", scratch / "events.jsonl.3");
    Lines names;
    for (const auto& place : rotations_of(scratch / "events.jsonl")) names.push_back(place.path.substr(scratch.path().size() + 1));
    CHECK(names == Lines{"events.jsonl-20260101.zst", "events.jsonl.10.xz", "events.jsonl.2.gz", "events.jsonl.1"});
}

TEST_CASE("the last lines that somebody likes, compressed or not") {
    ScratchDirectory scratch;
    put_content(scratch / "log", "a1\nb1\na2\nb2\na3\n");
    compress(scratch / "log.gz", ARCHIVE_FILTER_GZIP, "a1\nb1\na2\nb2\na3\n");
    for (const char* name : {"log", "log.gz"}) {
        const auto fd = open_log(scratch / name, false);
        Lines lines{"newer"};
        LineFaults faults;
        REQUIRE(take_last_lines(fd->get(), std::filesystem::file_size(scratch / name), name, 3, faults, [](std::string_view line) { return line.starts_with('a'); }, lines));
        CHECK(lines == Lines{"newer", "a3", "a2"});
    }
}

TEST_CASE("neither a link nor a directory is a log") {
    ScratchDirectory scratch;
    put_content(scratch / "log", "x\n");
    std::filesystem::create_symlink("log", scratch / "link");
    CHECK_FALSE(open_log(scratch / "link", false));
    CHECK(open_log(scratch / "link", true));
    CHECK_FALSE(open_log(scratch.path(), true));
}
