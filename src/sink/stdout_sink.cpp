#include "stdout_sink.hpp"

#include <poll.h>
#include <unistd.h>

namespace touchstone {
namespace {

constexpr int kReaderTimeoutMs = 250;  // for a reader of a non-blocking pipe to make room

class StreamSink final : public EventSink {
public:
    explicit StreamSink(int fd) : fd_(fd) {}

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
            const ssize_t n = ::write(fd_, line.data() + begun_, line.size() - begun_);
            if (n > 0) {
                begun_ += static_cast<std::size_t>(n);
            } else if (errno == EAGAIN) {
                pollfd room{fd_, POLLOUT, 0};
                if (::poll(&room, 1, kReaderTimeoutMs) <= 0) return failed(EAGAIN);
            } else if (errno != EINTR) {
                return failed(errno);
            }
        }
        begun_ = 0;
        return true;
    }

    bool failed(int error) {
        failure_ = system_error("write stdout", error);
        return false;
    }

    std::string name_ = "json";
    int fd_;
    std::uint64_t delivered_ = 0;
    std::size_t begun_ = 0;  // bytes of the next event's line that are out already
    Error failure_;
};

}  // namespace

std::unique_ptr<EventSink> make_stream_sink(int fd) { return std::make_unique<StreamSink>(fd); }

}  // namespace touchstone
