// A real state directory, real outputs, and disks that fill up, for one test.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "touchstone/judge.hpp"
#include "touchstone/sink.hpp"
#include "touchstone/state.hpp"

namespace touchstone::parts {

class Scratch {
public:
    Scratch() {
        // Hundreds of fdatasync() would make a disk the measure of the test.
        const std::filesystem::path memory = "/dev/shm";
        const auto place = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string name = (place / "touchstone-runtime-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    std::string state() const { return path_ + "/state"; }

private:
    std::string path_;
};

// A file system of its own; works for root only.
class SmallDisk {
public:
    SmallDisk(const std::string& where, const std::string& size) : where_(where) {
        std::filesystem::create_directories(where);
        mounted_ = ::mount("tmpfs", where.c_str(), "tmpfs", MS_NOSUID, ("mode=0700,size=" + size).c_str()) == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }

private:
    std::string where_;
    bool mounted_ = false;
};

inline State open_state(const std::string& directory) {
    auto state = State::open(directory);
    REQUIRE(state);
    return std::move(*state);
}

inline std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline OutgoingEvent event(std::uint64_t sequence, std::size_t padding = 0) {
    const auto number = std::to_string(sequence);
    return {sequence, "id" + number,
            R"({"@timestamp":"2026-01-31T12:00:00.123456789Z","event":{"sequence":)" + number + R"(},"pad":")" + std::string(padding, 'x') + "\"}",
            {"MESSAGE=event " + number}};
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

inline Observation file_seen(const std::string& path, std::uint64_t size) {
    Attributes attributes;
    attributes.size = size;
    attributes.mode = 0644;
    attributes.id = {1, size + 1};
    return {path, WallTime{std::chrono::hours(1)}, attributes, std::nullopt, false};
}

}  // namespace touchstone::parts
