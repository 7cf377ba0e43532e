#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "daemon.hpp"
#include "touchstone/runtime.hpp"

namespace touchstone {
namespace {

constexpr int kInternal = 70;
constexpr int kNoPermission = 77;
constexpr int kBadConfiguration = 78;

int exit_status(const Error& error) {
    switch (error.kind) {
        case ErrorKind::no_permission: return kNoPermission;
        case ErrorKind::bad_input: return kBadConfiguration;
        case ErrorKind::system:
        case ErrorKind::corrupt: break;
    }
    return kInternal;
}

int failed(const Error& error) {
    spdlog::error("{}", error.what);
    return exit_status(error);
}

// As systemd.exec(5) says: JOURNAL_STREAM is inherited also by what writes elsewhere.
bool is_read_by_journald() {
    const char* stream = ::getenv("JOURNAL_STREAM");
    struct stat info {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &info) == 0 && fmt::format("{}:{}", info.st_dev, info.st_ino) == stream;
}

// sd-daemon(3): with this before it, a line has its priority in the journal.
class JournalPriority final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const std::string_view prefix = message.level >= spdlog::level::err    ? SD_ERR
                                        : message.level == spdlog::level::warn ? SD_WARNING
                                        : message.level == spdlog::level::info ? SD_INFO
                                                                               : SD_DEBUG;
        out.append(prefix.data(), prefix.data() + prefix.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return spdlog::details::make_unique<JournalPriority>(); }
};

}  // namespace

int run_watch(const std::string& config_file) {
    auto logger = spdlog::stderr_logger_mt("touchstone");
    spdlog::set_default_logger(logger);
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<JournalPriority>('*').set_pattern(is_read_by_journald() ? "%*%v" : "%l: %v");  // the journal adds the time
    spdlog::set_formatter(std::move(formatter));
    Daemon daemon(config_file);
    if (auto started = daemon.start(); !started) return failed(started.error());
    if (auto ended = daemon.run(); !ended) return failed(ended.error());
    return 0;
}

}  // namespace touchstone
