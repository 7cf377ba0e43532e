#include "host.hpp"

#include <sys/utsname.h>

#include <fstream>

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
    host.id = first_line("/etc/machine-id");
    host.boot_id = first_line("/proc/sys/kernel/random/boot_id");
    host.version = TOUCHSTONE_VERSION;
    return host;
}

}  // namespace touchstone
