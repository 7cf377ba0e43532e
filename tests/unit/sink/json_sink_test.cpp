#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "log_file.hpp"
#include "support/outgoing.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::test;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<EventSink> started(const std::string& path) {
    auto sink = make_json_sink(path);
    REQUIRE(sink->resume({}, {}));
    return sink;
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

// Runs `act` in a child whose files may not grow beyond `bytes`, as on a full disk; true when it returned true.
template <class Act>
bool with_file_limit(rlim_t bytes, Act act) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit limit{bytes, bytes};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::_exit(act() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("positions go both ways, and nonsense is refused") {
    const auto position = parse_log_position("2049:77:123456789012");
    REQUIRE(position);
    CHECK(to_text(*position) == "2049:77:123456789012");
    for (const auto* bad : {"", "1:2", "1:2:", "a:2:3", "1:2:3x", "1:2:-3", "1:2:99999999999999999999999"})
        CHECK_FALSE(parse_log_position(bad));
}

TEST_CASE("lines are appended in order to a private file") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log/deep/events.jsonl";
    auto sink = started(path);
    CHECK(sink->name() == "json");
    CHECK(sink->deliver(events(1, 3)) == 3);
    CHECK(sink->deliver({}) == 0);
    CHECK(sink->deliver(events(4, 5)) == 2);
    const auto cursor = sink->flush();
    REQUIRE(cursor);
    CHECK(cursor->delivered == 5);
    CHECK(content_of(path) == lines_of(events(1, 5)));
    CHECK(parse_log_position(cursor->position)->offset == fs::file_size(path));
    CHECK(mode_of(path) == 0600);
    CHECK((mode_of(scratch / "log/deep") & 027) == 0);
}

TEST_CASE("more than one write's worth arrives whole") {
    const ScratchDirectory scratch;
    auto sink = started(scratch / "log");
    const auto many = events(1, 40, 100'000);
    CHECK(sink->deliver(many) == 40);
    CHECK(content_of(scratch / "log") == lines_of(many));
}

TEST_CASE("a log renamed away is followed by a new one, with nothing lost or doubled") {
    const ScratchDirectory scratch;
    const auto path = scratch / "events.jsonl";
    auto sink = started(path);
    sink->deliver(events(1, 2));
    fs::rename(path, path + ".1");
    CHECK(sink->deliver(events(3, 4)) == 2);
    CHECK(content_of(path + ".1") == lines_of(events(1, 2)));
    CHECK(content_of(path) == lines_of(events(3, 4)));
    const auto cursor = sink->flush();
    CHECK(parse_log_position(cursor->position)->offset == fs::file_size(path));
}

TEST_CASE("a removed log, and a removed or renamed directory, are a failure, and then made anew") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log/events.jsonl";
    auto sink = started(path);
    sink->deliver(events(1, 1));
    std::uint64_t next = 2;
    const auto fails_once = [&] {
        CHECK(sink->deliver(events(next, next)) == 0);
        CHECK(sink->failure().what == path + " was removed");
        CHECK_FALSE(fs::exists(path));
        CHECK(sink->reopen());
        CHECK(sink->deliver(events(next, next)) == 1);
        CHECK(content_of(path) == lines_of(events(next, next)));
        ++next;
    };
    fs::remove(path);
    fails_once();
    fs::remove_all(scratch / "log");
    fails_once();
    fs::rename(scratch / "log", scratch / "gone");
    fails_once();
    CHECK(content_of(scratch / "gone/events.jsonl") == lines_of(events(3, 3)));
}

TEST_CASE("SIGHUP opens the configured place again") {
    const ScratchDirectory scratch;
    const auto path = scratch / "events.jsonl";
    auto sink = started(path);
    sink->deliver(events(1, 1));
    fs::rename(path, path + ".1");
    CHECK(sink->reopen());
    CHECK(fs::exists(path));
    CHECK(sink->deliver(events(2, 2)) == 1);
    CHECK(content_of(path) == lines_of(events(2, 2)));
}

TEST_CASE("a log truncated in place goes on at its new end") {
    const ScratchDirectory scratch;
    const auto path = scratch / "events.jsonl";
    auto sink = started(path);
    sink->deliver(events(1, 3));
    fs::resize_file(path, 0);
    CHECK(sink->deliver(events(4, 4)) == 1);
    CHECK(content_of(path) == lines_of(events(4, 4)));
    CHECK(parse_log_position(sink->flush()->position)->offset == fs::file_size(path));
}

TEST_CASE("somebody else's open line is ended, never glued to ours and never cut") {
    const ScratchDirectory scratch;
    const auto path = scratch / "events.jsonl";
    auto sink = started(path);
    sink->deliver(events(1, 1));
    append_to(path, "stray");
    CHECK(sink->deliver(events(2, 2)) == 1);
    CHECK(content_of(path) == lines_of(events(1, 1)) + "stray\n" + lines_of(events(2, 2)));
}

TEST_CASE("neither a link nor a FIFO is taken for the log") {
    const ScratchDirectory scratch;
    const auto path = scratch / "events.jsonl";
    append_to(scratch / "precious", "x");
    fs::create_symlink(scratch / "precious", path);
    auto sink = make_json_sink(path);
    CHECK_FALSE(sink->resume({}, {}));
    CHECK(sink->deliver(events(1, 1)) == 0);
    CHECK(sink->failure().code == ELOOP);
    CHECK(content_of(scratch / "precious") == "x");
    fs::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(sink->deliver(events(1, 1)) == 0);
    CHECK(sink->failure().what.find("not a regular file") != std::string::npos);
    fs::remove(path);
    CHECK(sink->deliver(events(1, 1)) == 1);  // healed
}

TEST_CASE("a full disk leaves whole lines only, at whatever byte it is full") {
    const ScratchDirectory scratch;
    const auto line = lines_of(events(1, 1)).size();
    for (rlim_t room = 0; room <= 3 * line; ++room) {
        const auto path = scratch / ("full-" + std::to_string(room));
        const bool as_promised = with_file_limit(room, [&] {
            auto sink = make_json_sink(path);
            const auto taken = sink->resume({}, {}) ? sink->deliver(events(1, 3)) : 99;
            const auto again = taken < 3 ? sink->deliver(events(taken + 1, 3)) : 0;
            return taken == room / line && again == 0 && (taken == 3 || sink->failure().code == EFBIG);
        });
        CHECK(as_promised);
        const auto whole = room / line;
        CHECK(content_of(path) == (whole == 0 ? "" : lines_of(events(1, whole))));
    }
}
