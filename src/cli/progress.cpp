#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.hpp"
#include "output.hpp"
#include "text.hpp"

namespace touchstone::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr auto kInterval = std::chrono::milliseconds(100);

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

void draw(const std::string& line) {
    const std::string text = "\r" + line + "\x1b[K";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

std::string progress_line(std::uint64_t objects, std::optional<std::uint64_t> total, std::uint64_t bytes, Nanoseconds elapsed, std::size_t width) {
    std::string line;
    if (total && *total > 0) {
        const std::uint64_t done = std::min(objects, *total);
        const auto filled = static_cast<std::size_t>(done * kBarWidth / *total);
        line = fmt::format("[{:<{}}] {:3} %  {} of {} objects", std::string(filled, '#'), kBarWidth, done * 100 / *total, with_commas(objects),
                           with_commas(std::max(objects, *total)));
    } else {
        line = counted(objects, "object");
    }
    line += fmt::format("  {}  {}", size_text(bytes), duration_text(elapsed));
    return line.substr(0, width);
}

ProgressBar::ProgressBar(const SurveyProgress& progress, const Policy& policy, const SurveyOptions& options)
    : progress_(progress), started_(steady_now()) {
    if (!standard_error_is_terminal()) return;
    counter_ = std::thread([this, &policy, &options] {
        if (const auto total = count_objects(policy, options, done_)) total_ = *total;
    });
    drawer_ = std::thread([this] { draw_until_done(); });
}

ProgressBar::~ProgressBar() {
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    wake_.notify_all();
    if (counter_.joinable()) counter_.join();
    if (!drawer_.joinable()) return;
    drawer_.join();
    draw("");
}

void ProgressBar::draw_until_done() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return done_.load(); })) {
        const std::uint64_t total = total_;
        draw(progress_line(progress_.objects, total == 0 ? std::nullopt : std::optional(total), progress_.bytes, steady_now() - started_,
                           terminal_width()));
    }
}

}  // namespace touchstone::cli
