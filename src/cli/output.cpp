#include "output.hpp"

#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "exit_status.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::cli {
namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

void say(std::string_view text) { write_all(STDERR_FILENO, std::string(text) + "\n"); }

// Errors quote paths and lines of files: line by line, so that nothing in them moves the cursor.
void say(const Error& error) {
    std::string out = "touchstone: ";
    std::istringstream lines(error.what);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        if (number++ > 0) out += "\n";
        out += printable(line);
    }
    say(std::string_view(out));
}

int print(std::string_view text, int status) {
    if (write_all(STDOUT_FILENO, text)) return status;
    say(system_error("write to standard output"));
    return kInternal;
}

bool standard_error_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace touchstone::cli
