// `touchstone config check` and `config show`. A configuration that is refused never gets here (session.hpp).
#include <fmt/format.h>

#include "exit_status.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/runtime.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

void say_warnings(const Session& session) {
    for (const auto& warning : session.loaded.warnings) say(Error{"warning: " + warning, ErrorKind::bad_input, 0});
}

}  // namespace

int config_check(const Session& session) {
    say_warnings(session);
    if (auto offered = check_digest(session.loaded); !offered) return refuse(offered.error());
    std::string out;
    for (const auto& file : session.loaded.files) out += "read " + printable(file) + "\n";
    out += fmt::format("the configuration is good: {}", counted(session.config().watches.size(), "watch", "watches"));
    if (!session.loaded.warnings.empty()) out += ", " + counted(session.loaded.warnings.size(), "warning");
    return print(out + "\n", kSuccess);
}

int config_show(const Session& session, const Arguments& arguments) {
    say_warnings(session);
    std::string out = arguments.json ? show_config_json(session.loaded) : show_config(session.loaded);
    if (!out.ends_with('\n')) out += '\n';
    return print(out, kSuccess);
}

}  // namespace touchstone::cli
