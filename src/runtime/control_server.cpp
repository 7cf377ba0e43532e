#include "control_server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace touchstone {

ControlServer::~ControlServer() {
    clients_.clear();
    sd_event_source_disable_unref(source_);
    if (listener_) ::unlink(path_.c_str());
}

Status ControlServer::listen(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(system_error("listen on " + path, ENAMETOOLONG));
    path.copy(address.sun_path, path.size());
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener_) return fail(system_error("socket"));
    ::unlink(path.c_str());  // left by a daemon that was killed: the state lock says that none runs
    const mode_t mask = ::umask(0177);
    const int bound = ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(mask);
    if (bound != 0 || ::listen(listener_.get(), 8) != 0) return fail(system_error("listen on " + path));
    path_ = path;
    if (const int added = sd_event_add_io(events_, &source_, listener_.get(), EPOLLIN, on_connect, this); added < 0)
        return fail(system_error("sd_event_add_io", -added));
    return {};
}

int ControlServer::on_connect(sd_event_source*, int fd, std::uint32_t, void* self) {
    static_cast<ControlServer*>(self)->accept_one(fd);
    return 0;
}

void ControlServer::accept_one(int fd) {
    auto client = std::make_unique<Client>();
    client->fd.reset(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client->fd) return;
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool known = ::getsockopt(client->fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (!known || (peer.uid != 0 && peer.uid != ::geteuid())) return;
    client->server = this;
    client->number = next_number_++;
    if (sd_event_add_io(events_, &client->source, client->fd.get(), EPOLLIN, on_client, client.get()) < 0) return;
    if (clients_.size() >= kMaxClients) clients_.erase(clients_.begin());
    clients_.emplace(client->number, std::move(client));
}

int ControlServer::on_client(sd_event_source*, int, std::uint32_t events, void* data) {
    Client& client = *static_cast<Client*>(data);
    ControlServer& server = *client.server;
    const bool more = client.answer.empty() ? server.read_from(client) : (events & EPOLLOUT) != 0 && server.write_to(client);
    if (!more) server.clients_.erase(client.number);
    return 0;
}

bool ControlServer::read_from(Client& client) {
    char buffer[16384];
    const ssize_t got = ::recv(client.fd.get(), buffer, sizeof buffer, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    client.request.append(buffer, static_cast<std::size_t>(got));
    if (client.request.size() > kMaxRequest) return false;
    const auto end = client.request.find('\n');
    if (end == std::string::npos) return true;
    client.answer = answer_(client.request.substr(0, end)) + "\n";
    sd_event_source_set_io_events(client.source, EPOLLOUT);
    return write_to(client);
}

bool ControlServer::write_to(Client& client) {
    const ssize_t sent = ::send(client.fd.get(), client.answer.data(), client.answer.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    client.answer.erase(0, static_cast<std::size_t>(sent));
    return !client.answer.empty();
}

}  // namespace touchstone
