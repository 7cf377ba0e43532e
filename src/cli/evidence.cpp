// `touchstone evidence apt`: apt's hook. Whatever happens, apt is neither kept waiting for long nor made to fail: the hook's line ignores the exit status.
#include <fmt/format.h>
#include <sys/resource.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "clock.hpp"
#include "daemon.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/package_evidence.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

constexpr std::size_t kMaxHookInput = 64 << 20;
constexpr Nanoseconds kTimeForArchives = std::chrono::minutes(4);
constexpr unsigned kSecondsToLive = 300;  // nothing below may hang for longer, whatever it waits for

Result<std::string> read_standard_input() {
    std::string text;
    std::array<char, 64 << 10> buffer{};
    for (;;) {
        const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error("read what apt tells"));
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > kMaxHookInput) return fail(system_error("read what apt tells", EFBIG));
    }
}

PackageEvidence settings_of(const Config& config) {
    PackageEvidence evidence;
    evidence.root = config.providers.dpkg.root;
    evidence.state_directory = config.state.path;
    evidence.digest = config.baseline.digest;
    evidence.weak = config.providers.dpkg.weak;
    evidence.wall_now = wall_now;
    evidence.out_of_time = [until = steady_now() + kTimeForArchives] { return steady_now() > until; };
    return evidence;
}

// On the terminal that apt runs on, and in the journal, where it stays.
void report(const std::string& line) {
    say("touchstone: " + printable(line));
    ::sd_journal_send("MESSAGE=%s", printable(line).c_str(), "PRIORITY=%d", 4, "SYSLOG_IDENTIFIER=touchstone", nullptr);
}

Result<PackageReport> work(const PackageEvidence& evidence, const Arguments& arguments) {
    if (arguments.end) return end_apt_run(evidence);
    if (arguments.cache) return read_package_cache(evidence);
    const auto hook = read_standard_input();
    if (!hook) return fail(hook.error());
    return begin_apt_run(evidence, *hook, hooking_process());
}

}  // namespace

int evidence_apt(const Session& session, const Arguments& arguments) {
    if (!session.config().providers.dpkg.enabled) return kSuccess;
    ::alarm(kSecondsToLive);
    if (arguments.cache) ::setpriority(PRIO_PROCESS, 0, 10);
    const auto done = work(settings_of(session.config()), arguments);
    if (!done) {
        report(fmt::format("{}; nothing of this is vouched for", done.error().what));
        // Nothing could be left for the watch to find.
        const auto told = ask(session.config(), {{"do", "hook-failed"}, {"refused", escape_invalid_utf8(done.error().what)}});
        if (!told && !is_absent(told.error())) say(told.error());
        return status_of(done.error());
    }
    for (const auto& refused : done->refused) report("not vouched for: " + text_of(refused));
    return done->refused.empty() ? kSuccess : kFailed;
}

}  // namespace touchstone::cli
