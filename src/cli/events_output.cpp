#include "events_output.hpp"

#include <unistd.h>

#include <cerrno>

namespace touchstone::cli {

namespace {
constexpr std::size_t kGathered = 64 << 10;
}

void EventsOutput::add(std::string_view text) {
    ++count_;
    if (last_) {
        kept_.emplace_back(text);
        if (kept_.size() > *last_) kept_.pop_front();
        return;
    }
    buffer_ += text;
    if (buffer_.size() >= kGathered) flush();
}

void EventsOutput::flush() {
    std::string_view rest = buffer_;
    while (open_ && !rest.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            open_ = false;
            error_ = written < 0 && errno == EPIPE ? 0 : errno;
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

void EventsOutput::finish() {
    for (; open_ && !kept_.empty(); kept_.pop_front()) {
        buffer_ += kept_.front();
        if (buffer_.size() >= kGathered) flush();
    }
    flush();
}

}  // namespace touchstone::cli
