#include "pressure.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/scratch_directory.hpp"

using namespace touchstone;

namespace {

struct PretendedHost {
    test::ScratchDirectory scratch;
    void has(const std::string& file, const std::string& line) const {
        const auto path = std::filesystem::path(scratch.path()) / file;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << line << "\n";
    }
    std::string says() const { return pressure(scratch.path()); }
};

}  // namespace

TEST_CASE("nothing speaks against going on where nothing is said") { CHECK(PretendedHost().says().empty()); }

TEST_CASE("a host whose tasks wait is left alone") {
    const PretendedHost host;
    host.has("proc/loadavg", "500.0 1 1 1/1 1");  // counts only where the kernel does not say what is waited for
    for (const auto* resource : {"cpu", "io", "memory"}) host.has(std::string("proc/pressure/") + resource, "some avg10=9.50 avg60=90.00 avg300=90.00 total=1");
    CHECK(host.says().empty());
    host.has("proc/pressure/memory", "some avg10=10.50 avg60=0.00 avg300=0.00 total=1");
    CHECK(host.says() == "tasks wait for memory 10 % of the time");
    host.has("proc/pressure/cpu", "some avg10=77.00 avg60=0.00 avg300=0.00 total=1");
    CHECK(host.says() == "tasks wait for cpu 77 % of the time");
}

TEST_CASE("without pressure stall information the load average speaks") {
    const PretendedHost host;
    host.has("proc/loadavg", "500.00 1.00 1.00 1/100 1");
    CHECK(host.says() == "the load average is 500.0");
    host.has("proc/loadavg", "0.10 1.00 1.00 1/100 1");
    CHECK(host.says().empty());
}

TEST_CASE("on battery it waits, on mains it does not") {
    const PretendedHost host;
    host.has("sys/class/power_supply/BAT0/type", "Battery");
    host.has("sys/class/power_supply/BAT0/status", "Discharging");
    CHECK(host.says() == "the host runs on battery");
    host.has("sys/class/power_supply/AC/type", "Mains");
    host.has("sys/class/power_supply/AC/online", "0");
    CHECK(host.says() == "the host runs on battery");
    host.has("sys/class/power_supply/AC/online", "1");
    CHECK(host.says().empty());
}

TEST_CASE("the battery of a mouse is not the host's, and a charger by USB feeds it") {
    const PretendedHost host;
    host.has("sys/class/power_supply/hidpp_battery_0/type", "Battery");
    host.has("sys/class/power_supply/hidpp_battery_0/status", "Discharging");
    host.has("sys/class/power_supply/hidpp_battery_0/scope", "Device");
    CHECK(host.says().empty());
    host.has("sys/class/power_supply/BAT0/type", "Battery");
    host.has("sys/class/power_supply/BAT0/status", "Discharging");
    CHECK(host.says() == "the host runs on battery");
    host.has("sys/class/power_supply/ucsi/type", "USB");
    host.has("sys/class/power_supply/ucsi/online", "1");
    CHECK(host.says().empty());
}
