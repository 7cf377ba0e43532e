// Errors are values. Every fallible function returns Result<T>; exceptions never cross a module.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace touchstone {

enum class ErrorKind {
    system,         // a system call or library failed; `code` is its errno
    bad_input,      // configuration, arguments or a file's content are not what they must be
    no_permission,  // refused for want of a capability or of file permissions
    corrupt,        // a database or log of ours is damaged
};

struct Error {
    std::string what;  // what was attempted, on what, and why it failed: "open /etc/x: Permission denied"
    ErrorKind kind = ErrorKind::system;
    int code = 0;  // errno where there is one, else 0
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// "ATTEMPTED: strerror(code)"; EPERM and EACCES become no_permission. Reads errno unless a code is given.
Error system_error(std::string_view attempted, int code = errno);

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace touchstone
