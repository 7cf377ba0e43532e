// The progress bar of a survey, on a terminal's standard error.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "touchstone/survey.hpp"

namespace touchstone::cli {

// One line: a bar once the total is known, then objects, bytes and time. Never longer than `width`.
std::string progress_line(std::uint64_t objects, std::optional<std::uint64_t> total, std::uint64_t bytes, Nanoseconds elapsed, std::size_t width);

// Draws ten times a second from its own thread while it lives, and leaves a clean line. Does nothing where standard error is no terminal.
// A second walk counts what there is to do, beside the first.
class ProgressBar {
public:
    ProgressBar(const SurveyProgress& progress, const Policy& policy, const SurveyOptions& options);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

private:
    void draw_until_done();

    const SurveyProgress& progress_;
    SteadyTime started_;
    std::atomic<bool> done_{false};
    std::atomic<std::uint64_t> total_{0};  // 0: not known yet
    std::mutex mutex_;
    std::condition_variable wake_;
    std::thread drawer_, counter_;
};

}  // namespace touchstone::cli
