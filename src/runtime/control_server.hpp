// The daemon's end of STATE/control.sock (touchstone/control.hpp). On the intake thread; never blocks. Of too many clients the one that came
// first is cut off: it has had its time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

class ControlServer {
public:
    // A request line in, an answer line out (no newline).
    using Answer = std::function<std::string(const std::string&)>;

    ControlServer(sd_event* events, Answer answer) : events_(events), answer_(std::move(answer)) {}
    ~ControlServer();
    Status listen(const std::string& path);
    std::size_t clients() const { return clients_.size(); }

    static constexpr std::size_t kMaxClients = 16;
    static constexpr std::size_t kMaxRequest = 16 << 20;

private:
    struct Client {
        Fd fd;
        std::string request;
        std::string answer;
        sd_event_source* source = nullptr;
        ControlServer* server = nullptr;
        std::uint64_t number = 0;
        ~Client() { sd_event_source_disable_unref(source); }
    };
    static int on_connect(sd_event_source*, int fd, std::uint32_t, void* self);
    static int on_client(sd_event_source*, int fd, std::uint32_t events, void* client);
    void accept_one(int fd);
    bool read_from(Client& client);   // false: done with this client
    bool write_to(Client& client);

    sd_event* events_;
    Answer answer_;
    std::string path_;
    Fd listener_;
    sd_event_source* source_ = nullptr;
    std::map<std::uint64_t, std::unique_ptr<Client>> clients_;  // by number, oldest first
    std::uint64_t next_number_ = 0;
};

}  // namespace touchstone
