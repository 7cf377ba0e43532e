// A directory of its own for each test, and events to deliver.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "touchstone/sink.hpp"

namespace touchstone::test {

class ScratchDirectory {
public:
    ScratchDirectory() {
        // Hundreds of fdatasync() would make a disk the measure of the test.
        const std::filesystem::path memory = "/dev/shm";
        const auto place = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string name = (place / "touchstone-sink-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~ScratchDirectory() { std::filesystem::remove_all(path_); }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline OutgoingEvent event(std::uint64_t sequence, std::size_t padding = 0) {
    const auto number = std::to_string(sequence);
    return {sequence, "id" + number,
            R"({"@timestamp":"2026-01-31T12:00:00.123456789Z","event":{"sequence":)" + number + R"(},"pad":")" + std::string(padding, 'x') +
                "\"}",
            {"MESSAGE=event " + number, "TOUCHSTONE_EVENT_ID=id" + number, "TOUCHSTONE_SEQUENCE=" + number}};
}

inline std::vector<OutgoingEvent> events(std::uint64_t first, std::uint64_t last, std::size_t padding = 0) {
    std::vector<OutgoingEvent> all;
    for (auto i = first; i <= last; ++i) all.push_back(event(i, padding));
    return all;
}

inline std::string lines_of(const std::vector<OutgoingEvent>& all) {
    std::string text;
    for (const auto& each : all) text += each.json + '\n';
    return text;
}

inline std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void append_to(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary | std::ios::app) << bytes; }

}  // namespace touchstone::test
