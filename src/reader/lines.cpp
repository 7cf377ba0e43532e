#include "touchstone/log_files.hpp"

namespace touchstone::reader {

void LineSplitter::keep(std::string_view bytes) {
    if (skipping_) return;
    if (rest_.size() + bytes.size() <= kMaxLine) {
        rest_ += bytes;
        return;
    }
    skipping_ = true;
    ++faults_.too_long;
    rest_.clear();
    rest_.shrink_to_fit();
}

bool LineSplitter::feed(std::string_view bytes, const LineReceiver& receive) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) {
            keep(bytes);
            return true;
        }
        const auto front = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        bool more = true;
        if (rest_.empty() && !skipping_ && front.size() <= kMaxLine) {
            more = receive(front);
        } else {
            keep(front);
            if (!skipping_) more = receive(rest_);
            rest_.clear();
            skipping_ = false;
        }
        if (!more) return false;
    }
    return true;
}

void LineSplitter::finish() {
    if (!rest_.empty()) ++faults_.unfinished;
    forget();
}

void LineSplitter::forget() {
    rest_.clear();
    skipping_ = false;
}

}  // namespace touchstone::reader
