#include "pressure.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace touchstone {
namespace {

namespace fs = std::filesystem;

struct Limit {
    const char* resource;
    double percent;
};
constexpr Limit kLimits[] = {{"cpu", 40}, {"io", 20}, {"memory", 10}};

std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// Of "some avg10=1.23 avg60=...": 1.23; negative when it does not say.
double some_of(const std::string& line) {
    constexpr std::string_view kBefore = "some avg10=";
    if (!line.starts_with(kBefore)) return -1;
    return std::strtod(line.c_str() + kBefore.size(), nullptr);
}

// The battery of a mouse says nothing about what feeds the host; a charger by USB does.
bool is_on_battery(const fs::path& supplies) {
    bool battery = false;
    std::error_code none;
    for (const auto& supply : fs::directory_iterator(supplies, none)) {
        const auto type = first_line(supply.path() / "type");
        if (first_line(supply.path() / "scope") == "Device") continue;
        if ((type == "Mains" || type == "USB") && first_line(supply.path() / "online") == "1") return false;
        battery = battery || (type == "Battery" && first_line(supply.path() / "status") == "Discharging");
    }
    return battery;
}

}  // namespace

std::string pressure(const std::string& root) {
    const fs::path top(root);
    bool told = false;
    for (const auto& limit : kLimits) {
        const double waited = some_of(first_line(top / "proc/pressure" / limit.resource));
        told = told || waited >= 0;
        if (waited > limit.percent) return fmt::format("tasks wait for {} {:.0f} % of the time", limit.resource, waited);
    }
    const double load = told ? 0 : std::strtod(first_line(top / "proc/loadavg").c_str(), nullptr);
    if (load > std::max(1u, std::thread::hardware_concurrency())) return fmt::format("the load average is {:.1f}", load);
    if (is_on_battery(top / "sys/class/power_supply")) return "the host runs on battery";
    return {};
}

}  // namespace touchstone
