#include "stdout_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

// A descriptor that is written to without ever waiting for whoever reads it.
class UnwaitingStream {
public:
    explicit UnwaitingStream(int fd) : fd_(fd) {
        struct stat info {};
        if (::fstat(fd, &info) != 0 || S_ISREG(info.st_mode)) return;
        kind_ = S_ISSOCK(info.st_mode) ? Kind::socket : Kind::shared;
        if (kind_ == Kind::socket) return;
        // O_NONBLOCK set on the descriptor itself would be seen by every process that shares it, the user's shell for one.
        own_.reset(::open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (own_) kind_ = Kind::own;
    }

    // As write(2); EAGAIN: its reader does not read.
    ssize_t write(const char* data, std::size_t size) const {
        switch (kind_) {
            case Kind::regular: return ::write(fd_, data, size);
            case Kind::own: return ::write(own_.get(), data, size);
            case Kind::socket: return ::send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
            case Kind::shared: break;
        }
        pollfd room{fd_, POLLOUT, 0};
        if (::poll(&room, 1, 0) == 0) return errno = EAGAIN, -1;
        return ::write(fd_, data, std::min<std::size_t>(size, PIPE_BUF));  // for so much there is room
    }

private:
    enum class Kind { regular, own, socket, shared };
    int fd_;
    Kind kind_ = Kind::regular;
    Fd own_;
};

class StreamSink final : public EventSink {
public:
    explicit StreamSink(int fd) : fd_(fd), stream_(fd) {}

    const std::string& name() const override { return name_; }

    // What a reader of the old stream saw cannot be known: all that is owed is delivered again.
    Result<Cursor> resume(const Cursor& cursor, std::span<const OutgoingEvent>) override {
        delivered_ = cursor.delivered;
        return Cursor{delivered_, ""};
    }

    std::size_t deliver(std::span<const OutgoingEvent> events) override {
        std::size_t taken = 0;
        for (const auto& event : events) {
            if (!write_line(event.json + '\n')) break;
            delivered_ = event.sequence;
            ++taken;
        }
        return taken;
    }

    const Error& failure() const override { return failure_; }

    Result<Cursor> flush() override {
        // EINVAL, EROFS: a pipe, a terminal; there is nothing to sync.
        if (::fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS) return fail(system_error("fdatasync stdout"));
        return Cursor{delivered_, ""};
    }

    Status reopen() override { return {}; }

private:
    bool write_line(const std::string& line) {
        while (begun_ < line.size()) {
            const ssize_t n = stream_.write(line.data() + begun_, line.size() - begun_);
            if (n > 0)
                begun_ += static_cast<std::size_t>(n);
            else if (n == 0 || errno != EINTR)
                return failed(n == 0 ? EIO : errno);
        }
        begun_ = 0;
        return true;
    }

    bool failed(int error) {
        failure_ = error == EAGAIN ? Error{"write stdout: nobody reads it", ErrorKind::system, EAGAIN} : system_error("write stdout", error);
        return false;
    }

    std::string name_ = "json";
    int fd_;
    UnwaitingStream stream_;
    std::uint64_t delivered_ = 0;
    std::size_t begun_ = 0;  // bytes of the next event's line that are out already
    Error failure_;
};

}  // namespace

std::unique_ptr<EventSink> make_stream_sink(int fd) { return std::make_unique<StreamSink>(fd); }

}  // namespace touchstone
