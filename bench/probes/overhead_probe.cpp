// probe-overhead DIRECTORY BATCHES: what a program pays for changing files in DIRECTORY. Prints the nanoseconds of one pwrite(2) of 4 KiB into an open
// file, and of one open(2) of a new name, write(2) of 4 KiB, close(2) and unlink(2), as a JSON object: medians over batches. A virtual
// CPU's speed varies by half with what others of its host do: beside each batch, the time of a loop that asks nothing of the kernel is taken, and divided out.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "touchstone/fd.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWrites = 1024, kCycles = 40;  // in a batch
constexpr std::size_t kSize = 4096;

[[noreturn]] void die(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

double nanoseconds_since(Clock::time_point begun) { return std::chrono::duration<double, std::nano>(Clock::now() - begun).count(); }

// Copies and sums as much as a pwrite does, a few hundred times.
double plain_work() {
    static std::array<std::uint64_t, kSize / 8> from{}, to{};
    static volatile std::uint64_t sink = 0;
    const auto begun = Clock::now();
    for (std::uint64_t k = 0; k < 300; ++k) {
        from[k % from.size()] = k;
        to = from;
        std::uint64_t sum = 0;
        for (const auto word : to) sum = sum * 31 + word;
        sink = sink + sum;
    }
    return nanoseconds_since(begun);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// In units of plain work, in thousandths.
template <class Act>
double cost_of(int batches, int acts, const Act& act) {
    std::vector<double> costs;
    for (int i = 0; i < batches; ++i) {
        const double before = plain_work();
        const auto begun = Clock::now();
        for (int k = 0; k < acts; ++k) act();
        const double took = nanoseconds_since(begun) / acts;
        costs.push_back(took * 1000 / ((before + plain_work()) / 2));
    }
    return median(std::move(costs));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::atoi(argv[2]) < 1) {
        std::fprintf(stderr, "usage: probe-overhead DIRECTORY BATCHES\n");
        return 64;
    }
    const std::string directory = argv[1], block(kSize, 'x');
    const int batches = std::atoi(argv[2]);
    cpu_set_t one;  // where it began: moving to another would count
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    ::sched_setaffinity(0, sizeof one, &one);

    const std::string open_path = directory + "/open", name = directory + "/name";
    const touchstone::Fd fd(::open(open_path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    if (!fd) die(open_path);
    const auto write = [&] {
        if (::pwrite(fd.get(), block.data(), block.size(), 0) != static_cast<ssize_t>(kSize)) die(open_path);
    };
    const auto cycle = [&] {
        const int made = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        if (made < 0 || ::write(made, block.data(), block.size()) != static_cast<ssize_t>(kSize) || ::close(made) != 0 || ::unlink(name.c_str()) != 0) die(name);
    };
    cost_of(2, kWrites, write);  // what the first ones find cold does not count
    const double written = cost_of(batches, kWrites, write);
    cost_of(2, kCycles, cycle);
    const double cycled = cost_of(batches, kCycles, cycle);
    std::vector<double> plain;
    for (int i = 0; i < batches; ++i) plain.push_back(plain_work());
    const double unit = median(std::move(plain)) / 1000;
    std::printf("{\"pwrite\": {\"cost\": %.3f, \"nanoseconds\": %.1f}, \"cycle\": {\"cost\": %.3f, \"nanoseconds\": %.1f}}\n", written, written * unit, cycled,
                cycled * unit);
    return 0;
}
