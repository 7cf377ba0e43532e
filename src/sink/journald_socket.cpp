#include "journald_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

namespace touchstone {
namespace {

constexpr std::string_view kMessages = "/run/systemd/journal/socket";
constexpr std::string_view kVarlink = "/run/systemd/journal/io.systemd.journal";
constexpr int kRoomTimeoutMs = 250;
constexpr timeval kReplyTimeout{5, 0};
constexpr std::size_t kMaxReply = 64 * 1024;

Result<Fd> connect_unix(int type, std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (!fd) return fail(system_error("socket"));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(system_error("connect " + std::string(path)));
    return fd;
}

// A varlink message ends in a NUL byte.
Result<std::string> read_reply(int fd) {
    std::string reply;
    char buffer[512];
    while (reply.size() < kMaxReply) {
        const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(system_error("read journald's reply"));
        if (n == 0) break;
        reply.append(buffer, static_cast<std::size_t>(n));
        if (reply.back() == '\0') return reply;
    }
    return fail(Error{"read journald's reply: cut short", ErrorKind::system, EPROTO});
}

}  // namespace

Result<JournaldSocket> JournaldSocket::connect() {
    auto fd = connect_unix(SOCK_DGRAM, kMessages);
    if (!fd) return fail(fd.error());
    return JournaldSocket(std::move(*fd));
}

Status JournaldSocket::wait_for_room() const {
    pollfd room{fd_.get(), POLLOUT, 0};
    const int ready = ::poll(&room, 1, kRoomTimeoutMs);
    if (ready > 0 && (room.revents & (POLLERR | POLLHUP)) == 0) return {};
    return fail(system_error("send to journald", ready > 0 ? ECONNREFUSED : EAGAIN));
}

Status synchronize_journal() {
    const auto fd = connect_unix(SOCK_STREAM, kVarlink);
    if (!fd) return fail(fd.error());
    ::setsockopt(fd->get(), SOL_SOCKET, SO_RCVTIMEO, &kReplyTimeout, sizeof kReplyTimeout);
    const std::string_view call(R"({"method":"io.systemd.Journal.Synchronize"})");
    const std::size_t with_nul = call.size() + 1;  // of the literal
    if (::send(fd->get(), call.data(), with_nul, MSG_NOSIGNAL) != static_cast<ssize_t>(with_nul))
        return fail(system_error("call io.systemd.Journal.Synchronize"));
    const auto reply = read_reply(fd->get());
    if (!reply) return fail(reply.error());
    if (reply->find("\"error\"") != std::string::npos)
        return fail(Error{"io.systemd.Journal.Synchronize: " + *reply, ErrorKind::system, EPROTO});
    return {};
}

}  // namespace touchstone
