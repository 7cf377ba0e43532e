// The control socket: a real server on a real event loop, and clients that behave badly.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "control_server.hpp"
#include "parts.hpp"
#include "touchstone/control.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

// Answers "echo:" and the request, a megabyte of it for "big". Its loop runs in the test's thread, by step().
class Server {
public:
    Server() {
        REQUIRE(sd_event_new(&events_) >= 0);
        server_ = std::make_unique<ControlServer>(events_, [this](const std::string& request) {
            ++requests;
            return request == "big" ? std::string(8 << 20, 'x') : "echo:" + request;
        });
        REQUIRE(server_->listen(control_socket_path(directory())));
    }
    ~Server() {
        server_.reset();
        sd_event_unref(events_);
    }
    std::string directory() const { return scratch / ""; }
    std::string path() const { return control_socket_path(directory()); }
    std::size_t clients() const { return server_->clients(); }
    void close() { server_.reset(); }

    // All that is ready now.
    void step() {
        while (sd_event_run(events_, 0) > 0) {
        }
    }
    // Until `done`; clients in other threads need their time.
    template <class Done>
    void serve(Done done) {
        while (!done()) sd_event_run(events_, 10'000);
    }

    Fd connect() const {
        Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto address = address_of(path());
        REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        return fd;
    }

    ScratchDirectory scratch;
    int requests = 0;

private:
    sd_event* events_ = nullptr;
    std::unique_ptr<ControlServer> server_;
};

ssize_t put(const Fd& fd, const std::string& text) { return ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL); }

// What has come; "" when nothing, "(closed)" behind it when the other end has closed.
std::string received(const Fd& fd) {
    std::string all;
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (n > 0)
            all.append(buffer, static_cast<std::size_t>(n));
        else
            return n == 0 || errno != EAGAIN ? all + "(closed)" : all;
    }
}

// ask_daemon() in a thread of its own, while the server serves.
Result<std::string> ask(Server& server, const std::string& request) {
    std::atomic<bool> done{false};
    Result<std::string> answer = fail(Error{});
    std::thread client([&] {
        answer = ask_daemon(server.directory(), request);
        done = true;
    });
    server.serve([&] { return done.load(); });
    client.join();
    return answer;
}

// Accepts one client, gives it `answer` and closes.
Result<std::string> ask_one_that_answers(const std::string& answer) {
    const ScratchDirectory scratch;
    const std::string path = control_socket_path(scratch / "");
    Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(path);
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    std::thread server([&] {
        const Fd client(::accept(listener.get(), nullptr, nullptr));
        char request[64];
        (void)!::recv(client.get(), request, sizeof request, 0);
        std::size_t sent = 0;
        while (sent < answer.size()) {
            const auto n = ::send(client.get(), answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) break;
            sent += static_cast<std::size_t>(n);
        }
    });
    auto got = ask_daemon(scratch / "", "question");
    server.join();
    return got;
}

}  // namespace

TEST_CASE("a question is answered, and the connection ends") {
    Server server;
    CHECK(ask(server, "one") == "echo:one");
    CHECK(ask(server, "") == "echo:");
    server.step();
    CHECK(server.clients() == 0);
}

TEST_CASE("an answer larger than the socket's buffer arrives whole") {
    Server server;
    const auto answer = ask(server, "big");
    REQUIRE(answer);
    CHECK(answer->size() == 8 << 20);
}

TEST_CASE("a request in pieces is one request, and what comes behind its line is not another") {
    Server server;
    const Fd client = server.connect();
    for (const char* piece : {"o", "n", "e"}) {
        put(client, piece);
        server.step();
        CHECK(server.requests == 0);
    }
    put(client, "\ntwo\n");
    server.step();
    CHECK(received(client) == "echo:one\n(closed)");
    CHECK(server.requests == 1);
}

TEST_CASE("a client that leaves in the middle of its request is forgotten") {
    Server server;
    {
        const Fd client = server.connect();
        put(client, "half a requ");
        server.step();
        CHECK(server.clients() == 1);
    }
    server.step();
    CHECK(server.clients() == 0);
    CHECK(server.requests == 0);
    CHECK(ask(server, "one") == "echo:one");
}

TEST_CASE("a request without end is cut off") {
    Server server;
    const Fd client = server.connect();
    const std::string piece(1 << 20, 'x');
    std::size_t sent = 0;
    while (server.requests == 0 && sent <= 2 * ControlServer::kMaxRequest) {
        const auto n = put(client, piece);
        if (n > 0) sent += static_cast<std::size_t>(n);
        if (n < 0 && errno != EAGAIN) break;
        server.step();
    }
    CHECK(sent >= ControlServer::kMaxRequest);
    CHECK(sent <= ControlServer::kMaxRequest + 2 * piece.size());
    CHECK(server.clients() == 0);
    CHECK(server.requests == 0);
    CHECK(ask(server, "one") == "echo:one");
}

TEST_CASE("a client that never reads holds up nobody") {
    Server server;
    const Fd slow = server.connect();
    put(slow, "big\n");
    server.step();
    CHECK(server.requests == 1);
    CHECK(server.clients() == 1);
    CHECK(ask(server, "one") == "echo:one");
    CHECK(server.clients() == 1);
    std::string got = received(slow);  // it may still come to its senses
    while (!got.ends_with("(closed)")) {
        server.step();
        got += received(slow);
    }
    CHECK(got.size() == (8 << 20) + 1 + std::string("(closed)").size());
}

TEST_CASE("of too many clients the one that came first is cut off") {
    Server server;
    std::vector<Fd> idle;
    for (std::size_t i = 0; i < ControlServer::kMaxClients; ++i) {
        idle.push_back(server.connect());
        server.step();
    }
    CHECK(server.clients() == ControlServer::kMaxClients);
    CHECK(ask(server, "one") == "echo:one");
    CHECK(received(idle.front()) == "(closed)");
    CHECK(received(idle[1]).empty());
    put(idle[1], "late\n");
    server.step();
    CHECK(received(idle[1]) == "echo:late\n(closed)");
}

TEST_CASE("only root and the daemon's own user are answered") {
    if (::geteuid() != 0) return;
    Server server;
    struct stat status {};
    REQUIRE(::stat(server.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    // Even where the modes let them in.
    REQUIRE(::chmod(server.path().c_str(), 0666) == 0);
    REQUIRE(::chmod(server.directory().c_str(), 0755) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) ::_exit(3);
        const auto answer = ask_daemon(server.directory(), "one");
        ::_exit(answer ? 1 : answer.error().code == ECONNRESET || answer.error().code == EPIPE ? 0 : 2);
    }
    int status_of_child = -1;
    server.serve([&] { return ::waitpid(child, &status_of_child, WNOHANG) == child; });
    CHECK(WEXITSTATUS(status_of_child) == 0);
    CHECK(server.requests == 0);
    CHECK(ask(server, "one") == "echo:one");
}

TEST_CASE("a socket that a killed daemon left is replaced, and removed in the end") {
    Server server;
    const auto path = server.path();
    server.close();
    CHECK(::access(path.c_str(), F_OK) != 0);
    { std::ofstream left(path); }
    sd_event* events = nullptr;
    REQUIRE(sd_event_new(&events) >= 0);
    {
        ControlServer again(events, [](const std::string&) { return ""; });
        CHECK(again.listen(path));
    }
    sd_event_unref(events);
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a path that no socket can have is refused") {
    sd_event* events = nullptr;
    REQUIRE(sd_event_new(&events) >= 0);
    {
        ControlServer server(events, [](const std::string&) { return ""; });
        const auto listened = server.listen("/" + std::string(200, 'x'));
        REQUIRE_FALSE(listened);
        CHECK(listened.error().code == ENAMETOOLONG);
    }
    sd_event_unref(events);
    CHECK(ask_daemon("/" + std::string(200, 'x'), "one").error().code == ENAMETOOLONG);
}

TEST_CASE("where nobody listens the client says so") {
    const ScratchDirectory scratch;
    CHECK(ask_daemon(scratch / "", "one").error().code == ENOENT);
    const auto address = address_of(control_socket_path(scratch / ""));
    {
        const Fd left(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    CHECK(ask_daemon(scratch / "", "one").error().code == ECONNREFUSED);
}

TEST_CASE("an answer that is cut short or has no end is an error") {
    CHECK(ask_one_that_answers("whole\n") == "whole");
    CHECK(ask_one_that_answers("cut sho").error().code == ECONNRESET);
    CHECK(ask_one_that_answers("").error().code == ECONNRESET);
    CHECK(ask_one_that_answers(std::string(17 << 20, 'x')).error().code == EMSGSIZE);
}
