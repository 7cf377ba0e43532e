#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "stdout_sink.hpp"
#include "support/outgoing.hpp"
#include "support/pipe.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace touchstone::test;

TEST_CASE("a pipe gets the lines, and nothing of it can be known after a start") {
    const Pipe pipe;
    auto sink = make_stream_sink(pipe.writer.get());
    CHECK(sink->resume({7, ""}, events(8, 9))->delivered == 7);
    CHECK(sink->deliver(events(8, 9)) == 2);
    CHECK(pipe.read_some() == lines_of(events(8, 9)));
    const auto cursor = sink->flush();
    REQUIRE(cursor);  // a pipe cannot be synced, and that is no failure
    CHECK(cursor->delivered == 9);
    CHECK(cursor->position.empty());
}

TEST_CASE("a pipe without a reader is a failure, not a death") {
    Pipe pipe;
    pipe.reader.reset();
    const auto before = ::signal(SIGPIPE, SIG_IGN);  // as runtime does
    auto sink = make_stream_sink(pipe.writer.get());
    CHECK(sink->deliver(events(1, 2)) == 0);
    CHECK(sink->failure().code == EPIPE);
    ::signal(SIGPIPE, before);
}

TEST_CASE("a full pipe takes a part of a line, and the rest of it later; whether it blocks is its owner's business") {
    const int flags = GENERATE(0, O_NONBLOCK);
    const Pipe pipe(O_CLOEXEC | flags);
    auto sink = make_stream_sink(pipe.writer.get());
    const auto all = events(1, 3, 50'000);
    std::string seen;
    std::size_t taken = sink->deliver(all);
    CHECK(taken == 1);  // a pipe holds 64 KiB
    CHECK(sink->failure().code == EAGAIN);
    while (taken < all.size()) {
        seen += pipe.read_some();
        taken += sink->deliver(std::span(all).subspan(taken));
    }
    seen += pipe.read_some();
    CHECK(seen == lines_of(all));
    CHECK((::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK) == flags);
}

TEST_CASE("a socket that nobody reads is not waited for") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const Fd reader(ends[0]), writer(ends[1]);
    auto sink = make_stream_sink(writer.get());
    const auto all = events(1, 100, 50'000);
    const auto taken = sink->deliver(all);
    CHECK(taken < all.size());
    CHECK(sink->failure().code == EAGAIN);
}

TEST_CASE("a file of the shell's is written where the shell stands in it") {
    const ScratchDirectory directory;
    const Fd file(::open((directory / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::write(file.get(), "before\n", 7) == 7);
    auto sink = make_stream_sink(file.get());
    CHECK(sink->deliver(events(1, 2)) == 2);
    CHECK(content_of(directory / "out") == "before\n" + lines_of(events(1, 2)));
}
