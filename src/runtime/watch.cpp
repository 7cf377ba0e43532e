#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace

int run_watch(const std::string& config_file) {
    auto logger = spdlog::stderr_logger_mt("touchstone");
    spdlog::set_default_logger(logger);
    spdlog::set_pattern("%l: %v");  // the journal adds the time
    Daemon daemon(config_file);
    if (auto started = daemon.start(); !started) return failed(started.error());
    if (auto ended = daemon.run(); !ended) return failed(ended.error());
    return 0;
}

}  // namespace touchstone
