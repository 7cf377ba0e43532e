#include "host.hpp"

#include <sys/utsname.h>

#include <fstream>

#include "touchstone/machine_id.hpp"

namespace touchstone {
namespace {

std::string first_line(const char* file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

Host read_host() {
    utsname names{};
    ::uname(&names);
    Host host;
    host.name = names.nodename;
    host.id = machine_id();
    host.boot_id = first_line("/proc/sys/kernel/random/boot_id");
    host.version = TOUCHSTONE_VERSION;
    return host;
}

}  // namespace touchstone
