#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>

#include "arguments.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "verbs.hpp"

namespace {

std::string working_directory() {
    char* directory = ::getcwd(nullptr, 0);
    const std::string out = directory ? directory : "/";
    std::free(directory);
    return out;
}

int run(int argc, char** argv) {
    using namespace touchstone::cli;
    const auto parsed = parse_arguments(argc, argv, working_directory());
    if (const auto* arguments = std::get_if<Arguments>(&parsed)) return run_verb(*arguments);
    const auto& answer = std::get<Answer>(parsed);
    if (answer.status == kSuccess) return print(answer.text, kSuccess);
    say("touchstone: " + answer.text.substr(0, answer.text.find_last_not_of('\n') + 1));
    return answer.status;
}

}  // namespace

int main(int argc, char** argv) {
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error like a full disk, not a death
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {  // out of memory, or a mistake of ours
        touchstone::cli::say(touchstone::Error{std::string("internal error: ") + error.what(), touchstone::ErrorKind::system, 0});
        return touchstone::cli::kInternal;
    }
}
