// probe-latency LOG DIRECTORY COUNT MIN_MS MAX_MS: writes 4 KiB into DIRECTORY/file0, file1, ... (for - as DIRECTORY: into the files whose
// paths are the lines of its standard input) with random pauses, and waits after each for its complete line in LOG. Prints, a line each, the microseconds from just before close(2) until the line was read.
//
// It sleeps on inotify and does not poll, so that the daemon has the machine to itself.
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include "touchstone/fd.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience(10);
constexpr std::size_t kSize = 4096;

[[noreturn]] void die(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

// The end of a growing file, line by line.
class Tail {
public:
    explicit Tail(const std::string& path) : log_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), notify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
        if (!log_ || !notify_ || ::inotify_add_watch(notify_.get(), path.c_str(), IN_MODIFY) < 0) die(path);
        if (::lseek(log_.get(), 0, SEEK_END) < 0) die(path);
    }

    // When a whole line that holds `text` had been read.
    Clock::time_point wait_for(const std::string& text) {
        const auto deadline = Clock::now() + kPatience;
        while (Clock::now() < deadline) {
            read_on();
            const auto now = Clock::now();
            const auto at = seen_.find(text);
            const auto end = at == std::string::npos ? at : seen_.find('\n', at);
            if (end != std::string::npos) {
                seen_.erase(0, end + 1);
                return now;
            }
            sleep_until_modified();
        }
        errno = ETIMEDOUT;
        die("no line with " + text);
    }

private:
    void read_on() {
        char buffer[16384];
        for (ssize_t got = 0; (got = ::read(log_.get(), buffer, sizeof buffer)) > 0;) seen_.append(buffer, static_cast<std::size_t>(got));
    }

    void sleep_until_modified() const {
        pollfd ready{notify_.get(), POLLIN, 0};
        ::poll(&ready, 1, 1000);
        char events[4096];
        while (::read(notify_.get(), events, sizeof events) > 0) {}
    }

    touchstone::Fd log_, notify_;
    std::string seen_;
};

std::string nth_path(const std::string& directory, int n) {
    std::string path;
    if (directory != "-") return directory + "/file" + std::to_string(n);
    if (!std::getline(std::cin, path)) die("a path on standard input");
    return path;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "usage: probe-latency LOG DIRECTORY COUNT MIN_MS MAX_MS\n");
        return 64;
    }
    Tail tail(argv[1]);
    const std::string directory = argv[2];
    const int count = std::atoi(argv[3]);
    std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> pause(std::atoi(argv[4]) * 1000, std::atoi(argv[5]) * 1000);
    std::uniform_int_distribution<int> letter('a', 'z');
    for (int i = 0; i < count; ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds(pause(random)));
        const std::string path = nth_path(directory, i);
        std::string content(kSize, '\n');
        for (auto& byte : content) byte = static_cast<char>(letter(random));
        touchstone::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        if (!file || ::pwrite(file.get(), content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) die(path);
        const auto closed = Clock::now();
        file.reset();
        const auto seen = tail.wait_for("\"path\":\"" + path + "\"");
        std::printf("%.1f\n", std::chrono::duration<double, std::micro>(seen - closed).count());
    }
    return 0;
}
