// The sink against a real socket in journald's place, in a mount namespace of its own. With journald itself: the end-to-end tests.
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include "support/outgoing.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

constexpr int kNoNamespace = 77;

// Runs `act` in a child that sees an empty /run; the first thing that did not hold is its exit status.
int in_empty_run(const std::function<int()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool alone = (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
                           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                           ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0;
        if (!alone) ::_exit(kNoNamespace);
        ::mkdir("/run/systemd", 0755);
        ::mkdir("/run/systemd/journal", 0755);
        ::_exit(act());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void check_in_empty_run(const std::function<int()>& act) {
    const int failed_step = in_empty_run(act);
    if (failed_step == kNoNamespace)
        WARN("no mount namespace for this user: not tested");
    else
        CHECK(failed_step == 0);
}

Fd stand_in_for_journald() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "/run/systemd/journal/socket");
    ::unlink(address.sun_path);
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
}

struct Received {
    std::string bytes;
    Fd memory_file;
};

Received receive(const Fd& socket) {
    std::string bytes(1 << 20, '\0');
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    iovec data{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = ::recvmsg(socket.get(), &message, MSG_DONTWAIT);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    Received received{bytes, {}};
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
        received.memory_file.reset(fd);
    }
    return received;
}

bool holds(const std::string& bytes, const std::string& part) { return bytes.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("without journald nothing is taken, and the failure says so") {
    check_in_empty_run([] {
        auto sink = make_journald_sink();
        const auto owed = events(5, 6);
        const auto cursor = sink->resume({4, ""}, owed);
        if (!cursor || cursor->delivered != 4) return 1;
        if (sink->deliver(owed) != 0 || sink->failure().code != ENOENT) return 2;
        { const Fd gone = stand_in_for_journald(); }
        if (sink->deliver(owed) != 0 || sink->failure().code != ECONNREFUSED) return 3;
        const Fd back = stand_in_for_journald();
        if (sink->deliver(owed) != 2 || sink->flush()->delivered != 6) return 4;
        return 0;
    });
}

TEST_CASE("every field reaches journald, also one with newlines and one that no datagram holds") {
    check_in_empty_run([] {
        const Fd journald = stand_in_for_journald();
        auto sink = make_journald_sink();
        auto two = events(1, 2);
        two[0].journal_fields.push_back("TOUCHSTONE_PATH=/tmp/a\nMESSAGE=forged");
        two[1].journal_fields.push_back("TOUCHSTONE_CHANGES=" + std::string(20 << 20, 'x'));
        if (sink->deliver(two) != 2) return 1;
        const auto first = receive(journald);
        if (holds(first.bytes, "CODE_FILE")) return 5;
        if (!holds(first.bytes, "TOUCHSTONE_EVENT_ID=id1\n") || !holds(first.bytes, "MESSAGE=event 1\n")) return 2;
        // A value with a newline goes with its length, so it cannot make up a field.
        if (!holds(first.bytes, std::string("TOUCHSTONE_PATH\n\x15\0\0\0\0\0\0\0/tmp/a\nMESSAGE=forged\n", 46))) return 3;
        const auto second = receive(journald);
        struct stat info {};
        if (!second.memory_file || ::fstat(second.memory_file.get(), &info) != 0 || info.st_size < 20 << 20) return 4;
        return 0;
    });
}

TEST_CASE("a journald that does not read holds nobody up") {
    check_in_empty_run([] {
        const Fd journald = stand_in_for_journald();
        auto sink = make_journald_sink();
        const auto many = events(1, 20'000);
        const auto taken = sink->deliver(many);
        if (taken == 0 || taken == many.size() || sink->failure().code != EAGAIN) return 1;
        for (std::size_t i = 0; i < taken; ++i)
            if (!holds(receive(journald).bytes, many[i].journal_fields[1] + "\n")) return 2;
        if (sink->deliver(std::span(many).subspan(taken, 1)) != 1) return 3;
        return sink->flush()->delivered == taken + 1 ? 0 : 4;
    });
}
