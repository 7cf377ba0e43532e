#include "touchstone/result.hpp"

#include <fmt/format.h>

#include <system_error>

namespace touchstone {

Error system_error(std::string_view attempted, int code) {
    const auto kind = code == EPERM || code == EACCES ? ErrorKind::no_permission : ErrorKind::system;
    return Error{fmt::format("{}: {}", attempted, std::generic_category().message(code)), kind, code};
}

}  // namespace touchstone
