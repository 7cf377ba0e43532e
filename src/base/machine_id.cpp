#include "touchstone/machine_id.hpp"

#include <fstream>

namespace touchstone {

std::string machine_id() {
    std::ifstream in("/etc/machine-id");
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace touchstone
