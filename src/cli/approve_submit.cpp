// `touchstone approve submit`: takes an approval in, all of it or nothing. Whatever the answer, it is reported.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "clock.hpp"
#include "daemon.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "privileges.hpp"
#include "text.hpp"
#include "touchstone/approval.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/machine_id.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

using Json = nlohmann::json;

Result<std::string> read_all(int fd, const std::string& name) {
    std::string out;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error("read " + name));
        if (got == 0) return out;
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > kMaxApprovalBytes) return out;  // refused as too long, and reported
    }
}

Result<std::string> content_of(const std::string& file) {
    if (file == "-") return read_all(STDIN_FILENO, "standard input");
    const Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail(system_error("open " + file));
    if (!S_ISREG(status.st_mode)) return fail(Error{file + " is not a file", ErrorKind::bad_input, 0});
    return read_all(fd.get(), file);
}

// The request by which the watch is told (control.hpp).
Json report_of(const SignedApproval& taken, const std::string& by) {
    const auto& approval = taken.approval;
    return {{"do", "approval"},
            {"id", approval.id},
            {"ticket", escape_invalid_utf8(approval.ticket)},
            {"approver", escape_invalid_utf8(approval.approver)},
            {"key", taken.key_id},
            {"key_name", escape_invalid_utf8(taken.key_name)},
            {"paths", std::to_string(approval.changes.size())},
            {"expires", to_utc_seconds(approval.expires)},
            {"at", to_rfc3339(wall_now())},
            {"by", escape_invalid_utf8(by)}};
}

// Without a watch the report waits for the next one.
void report(const Config& config, const Json& request) {
    const auto told = ask(config, request);
    if (told) return;
    if (!is_absent(told.error())) say(told.error());
    auto store = ApprovalStore::open_to_write(config.state.path);
    const auto left = store ? store->leave_report(request.dump()) : Result<bool>(fail(store.error()));
    if (!left) return say(left.error());
    if (!*left) return say("touchstone: the next watch is not told of this: too many reports are waiting for it");
    say("touchstone: no watch is on; the next one reports this");
}

int refuse(const Config& config, const Error& why, Json request) {
    say(Error{"refused: " + why.what, why.kind, why.code});
    request["do"] = "approval";
    request["refused"] = escape_invalid_utf8(why.what);
    request["at"] = to_rfc3339(wall_now());
    request["by"] = escape_invalid_utf8(who_am_i());
    report(config, request);
    return kBadData;
}

Result<bool> store(const Config& config, const SignedApproval& verified, const std::string& file, const std::string& by) {
    auto opened = ApprovalStore::open_to_write(config.state.path);
    if (!opened) return fail(opened.error());
    std::vector<std::string> paths;
    for (const auto& change : verified.approval.changes) paths.push_back(change.path);
    return opened->add({verified.approval.id, file, wall_now(), by}, paths);
}

}  // namespace

int approve_submit(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    if (config.providers.approvals.keys.empty()) {
        refuse(config, {"nobody may approve anything here: [approvals] keys of the configuration names no public key", ErrorKind::bad_input, 0}, Json::object());
        return kBadConfiguration;
    }
    const auto keys = ApproverKey::load_all(config.providers.approvals.keys);
    if (!keys) {
        refuse(config, {"[approvals] keys: " + keys.error().what, keys.error().kind, keys.error().code}, Json::object());
        return kBadConfiguration;
    }
    const auto file = content_of(arguments.approval);
    if (!file) return fail_with(file.error());
    const auto verified = verify_approval(*file, *keys);
    if (!verified) {
        const auto claimed = claimed_signer(*file);
        return refuse(config, verified.error(), claimed ? Json{{"claimed_key", *claimed}} : Json::object());
    }
    const auto by = who_am_i();
    const auto request = report_of(*verified, by);
    const auto admitted = admit_approval(verified->approval, machine_id(), config.baseline.digest, wall_now());
    if (!admitted && admitted.error().kind != ErrorKind::bad_input) return fail_with(admitted.error());
    if (!admitted) return refuse(config, admitted.error(), request);
    const auto taken = store(config, *verified, *file, by);
    if (!taken) return fail_with(taken.error());
    if (!*taken) return refuse(config, {"the approval " + verified->approval.id + " was taken in before", ErrorKind::bad_input, 0}, request);
    report(config, request);
    return print(fmt::format("approval {} taken in: {}, until {}\n", verified->approval.id, counted(verified->approval.changes.size(), "path"),
                             to_utc_seconds(verified->approval.expires)),
                 kSuccess);
}

}  // namespace touchstone::cli
