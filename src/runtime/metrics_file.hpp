// The file that metrics are written to, by a thread of its own: a disk that hangs holds up nothing else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "touchstone/event.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// A new file (0644) beside it, renamed over it: who reads it meanwhile gets the old or the new one whole. Its directory must be there. Not made
// durable, for it says what is now.
Status replace_file(const std::string& path, std::string_view text);

class MetricsFile {
public:
    // `tell` is called on the thread, with what happened to the file: output-failed once, and output-recovered.
    MetricsFile(std::string path, std::function<void(Notice)> tell);
    ~MetricsFile();  // when what was put has been written, or has failed

    // Any thread; never waits. What was not written yet is replaced.
    void put(std::string text);

    struct Report {
        std::uint64_t written = 0;
        std::string failure;
    };
    Report report() const;  // any thread

private:
    void run();
    void write(const std::string& text);

    const std::string path_;
    const std::function<void(Notice)> tell_;
    mutable std::mutex mutex_;  // what follows
    std::condition_variable put_;
    std::optional<std::string> text_;
    Report report_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace touchstone
