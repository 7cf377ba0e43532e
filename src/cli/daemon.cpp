#include "daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "output.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/comparison_report.hpp"
#include "touchstone/control.hpp"

namespace touchstone::cli {
namespace {

constexpr std::size_t kPathsInOneRequest = 256;  // a line stays small, whatever the names are

// What is done for the daemon's sake: its absence is no failure, and neither is being nobody it listens to.
Status tell(const Config& config, const nlohmann::json& request) {
    auto answer = ask(config, request);
    if (!answer) return fail(answer.error());
    return {};
}

bool worth_saying(const Error& error) { return !is_absent(error) && error.kind != ErrorKind::no_permission; }

}  // namespace

Result<nlohmann::json> ask(const Config& config, const nlohmann::json& request) {
    const auto line = ask_daemon(config.state.path, request.dump());
    if (!line) return fail(line.error());
    auto answer = nlohmann::json::parse(*line, nullptr, false);
    if (!answer.is_object()) return fail({"the daemon's answer is not a JSON object", ErrorKind::bad_input, 0});
    if (answer.contains("ok") && answer["ok"] == false) {
        const auto error = answer.find("error");
        const bool said = error != answer.end() && error->is_string();
        return fail({"the daemon refused: " + (said ? error->get<std::string>() : std::string("no reason given")), ErrorKind::bad_input, 0});
    }
    return answer;
}

bool is_absent(const Error& error) { return error.code == ENOENT || error.code == ECONNREFUSED; }

void tell_baseline_changed(const Config& config) {
    const auto told = tell(config, {{"do", "baseline-changed"}});
    if (told || !worth_saying(told.error())) return;
    say(told.error());
    say("touchstone: the running watch may still use the old baseline: systemctl reload touchstone");
}

void hand_over(const Config& config, const std::vector<std::string>& paths, const Notice& notice, WallTime at) {
    Status told;
    for (std::size_t from = 0; from < paths.size() && told; from += kPathsInOneRequest) {
        nlohmann::json names = nlohmann::json::array();
        for (std::size_t i = from; i < std::min(paths.size(), from + kPathsInOneRequest); ++i) names.push_back(to_hex(paths[i]));
        told = tell(config, {{"do", "look"}, {"paths_hex", names}});
    }
    if (told) told = tell(config, {{"do", "checked"}, {"text", notice.text}, {"severity", name_of(notice.severity)}, {"details", notice.details}});
    if (!told && is_absent(told.error()) && ::geteuid() == 0) told = tell_journal(config, notice, at);
    if (!told && worth_saying(told.error())) say(told.error());
}

}  // namespace touchstone::cli
