#include "touchstone/time.hpp"

#include <fmt/format.h>

#include <ctime>

namespace touchstone {

std::string to_rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = (time - seconds).count();
    const std::time_t unix_time = seconds.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&unix_time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                       parts.tm_min, parts.tm_sec, fraction);
}

}  // namespace touchstone
