#include <archive.h>

#include "compressed.hpp"
#include "entries.hpp"
#include "touchstone/log_tail.hpp"

using namespace touchstone;
using namespace touchstone::reader;
using touchstone::test::append_to;
using touchstone::test::content_of;
using touchstone::test::put_content;
using touchstone::test::ScratchDirectory;
using Lines = std::vector<std::string>;

namespace {

class Followed {
public:
    explicit Followed(const std::string& before = "", std::uint64_t offset = 0) {
        put_content(log, before);
        tail.emplace(log, false, std::move(*open_log(log, false)), offset, faults);
    }

    Lines more() {
        Lines lines;
        REQUIRE(tail->drain([&](std::string_view line) { return lines.emplace_back(line), true; }));
        return lines;
    }

    void rename(const char* to) { std::filesystem::rename(log, log + to); }

    // Later than everything so far, by more than the file system's clock tells.
    void age(const char* ending, int seconds) {
        std::filesystem::last_write_time(log + ending, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(seconds));
    }

    ScratchDirectory scratch;
    const std::string log = scratch / "events.jsonl";
    LineFaults faults;
    std::optional<LogTail> tail;
};

}  // namespace

TEST_CASE("lines come once, and whole") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    append_to(log.log, "two\nthr");
    CHECK(log.more() == Lines{"two"});
    append_to(log.log, "ee\n");
    CHECK(log.more() == Lines{"three"});
    CHECK(log.more().empty());
}

TEST_CASE("begun in the middle of a line, it is whole") {
    Followed log("one\ntw", 6);
    append_to(log.log, "o\n");
    CHECK(log.more() == Lines{"two"});
}

TEST_CASE("a log that is renamed is read to its end, and then its successor") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    log.rename(".1");
    append_to(log.log + ".1", "two\n");
    CHECK(log.more() == Lines{"two"});
    put_content(log.log, "");
    CHECK(log.more().empty());
    append_to(log.log + ".1", "three\n");  // whoever writes has not noticed yet
    CHECK(log.more() == Lines{"three"});
    append_to(log.log, "four\n");
    CHECK(log.more() == Lines{"four"});
}

TEST_CASE("rotated more than once between two looks, also compressed") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    append_to(log.log, "two\n");
    log.rename(".3");
    compress(log.log + ".2.gz", ARCHIVE_FILTER_GZIP, "three\n");
    log.age(".2.gz", 10);
    put_content(log.log + ".1", "four\n");
    log.age(".1", 20);
    put_content(log.log, "five\n");
    CHECK(log.more() == Lines{"two", "three", "four", "five"});
}

TEST_CASE("copied and cut: what was not read before is in the copy") {
    Followed log("one\ntwo\n");
    CHECK(log.more() == Lines{"one", "two"});
    append_to(log.log, "three\n");
    put_content(log.log + ".1", content_of(log.log));
    put_content(log.log, "four\n");  // truncated in place
    CHECK(log.more() == Lines{"three", "four"});
    CHECK(log.tail->cuts() == 0);
}

TEST_CASE("copied and cut, and the copy is being compressed") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    append_to(log.log, "two\n");
    put_content(log.log + ".1", content_of(log.log));
    put_content(log.log + ".1.gz", content_of(compress(log.log + ".x", ARCHIVE_FILTER_GZIP, content_of(log.log))).substr(0, 15));
    log.age(".1.gz", 10);
    put_content(log.log, "three\n");
    CHECK(log.more() == Lines{"two", "three"});
    CHECK(log.tail->cuts() == 0);
}

TEST_CASE("cut and grown beyond where it was read to") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    put_content(log.log + ".1", content_of(log.log));
    put_content(log.log, "another and longer\n");
    CHECK(log.more() == Lines{"another and longer"});
}

TEST_CASE("cut without a copy is counted") {
    Followed log("one\n");
    CHECK(log.more() == Lines{"one"});
    put_content(log.log, "x\n");
    CHECK(log.more() == Lines{"x"});
    CHECK(log.tail->cuts() == 1);
}

TEST_CASE("a log that is not there yet is waited for") {
    ScratchDirectory scratch;
    LineFaults faults;
    LogTail tail(scratch / "log", false, Fd(), 0, faults);
    Lines lines;
    const LineReceiver receive = [&](std::string_view line) { return lines.emplace_back(line), true; };
    REQUIRE(tail.drain(receive));
    put_content(scratch / "log", "one\n");
    REQUIRE(tail.drain(receive));
    CHECK(lines == Lines{"one"});
}
