#include "touchstone/time.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace touchstone {

std::string to_rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = (time - seconds).count();
    const std::time_t unix_time = seconds.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&unix_time, &parts);
    std::string text = "0000-00-00T00:00:00.000000000Z";
    const auto put = [&text](std::size_t at, std::size_t width, std::int64_t number) {
        for (std::size_t i = at + width; i-- > at; number /= 10) text[i] = static_cast<char>('0' + number % 10);
    };
    put(0, 4, parts.tm_year + 1900);
    put(5, 2, parts.tm_mon + 1);
    put(8, 2, parts.tm_mday);
    put(11, 2, parts.tm_hour);
    put(14, 2, parts.tm_min);
    put(17, 2, parts.tm_sec);
    put(20, 9, fraction);
    return text;
}

}  // namespace touchstone
