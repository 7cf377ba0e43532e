#include <deque>

#include "touchstone/log_files.hpp"

namespace touchstone::reader {

Status take_last_lines(int fd, std::uint64_t size, const std::string& name, std::size_t wanted, LineFaults& faults, const LineReceiver& accept,
                       std::vector<std::string>& lines) {
    if (lines.size() >= wanted) return {};
    if (!is_compressed(fd))
        return read_lines_backwards(fd, size, name, faults, [&](std::string_view line) {
            if (accept(line)) lines.emplace_back(line);
            return lines.size() < wanted;
        });
    std::deque<std::string> last;
    auto read = read_lines(fd, name, faults, [&](std::string_view line) {
        if (!accept(line)) return true;
        last.emplace_back(line);
        if (last.size() > wanted - lines.size()) last.pop_front();
        return true;
    });
    for (; !last.empty(); last.pop_back()) lines.push_back(std::move(last.back()));
    return read;
}

}  // namespace touchstone::reader
