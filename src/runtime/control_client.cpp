#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "touchstone/bytes.hpp"
#include "touchstone/control.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxAnswer = 16 << 20;

Status send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return fail(system_error("send to the daemon"));
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::string> receive_line(int fd) {
    std::string line;
    char buffer[16384];
    while (line.find('\n') == std::string::npos) {
        const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error("receive from the daemon"));
        if (got == 0) return fail(Error{"the daemon closed the connection without an answer", ErrorKind::system, ECONNRESET});
        line.append(buffer, static_cast<std::size_t>(got));
        if (line.size() > kMaxAnswer) return fail(Error{"the daemon's answer is too long", ErrorKind::system, EMSGSIZE});
    }
    line.resize(line.find('\n'));
    return line;
}

}  // namespace

std::string control_socket_path(const std::string& state_directory) { return join_path(state_directory, "control.sock"); }

Result<std::string> ask_daemon(const std::string& state_directory, const std::string& request) {
    const std::string path = control_socket_path(state_directory);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(system_error("connect to " + path, ENAMETOOLONG));
    path.copy(address.sun_path, path.size());
    const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return fail(system_error("socket"));
    const timeval patience{10, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail(system_error("connect to " + path));
    if (auto sent = send_all(fd.get(), request + "\n"); !sent) return fail(sent.error());
    return receive_line(fd.get());
}

}  // namespace touchstone
