// `touchstone approve sign`: on the approver's machine. Needs no configuration, no host and no right but to read what is to be signed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "approval_lines.hpp"
#include "clock.hpp"
#include "exit_status.hpp"
#include "moment.hpp"
#include "output.hpp"
#include "privileges.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/manifest.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

tl::unexpected<Error> refuse(std::string why) { return fail(Error{std::move(why), ErrorKind::bad_input, 0}); }

struct Origin {
    const std::string& manifest;
    const std::string& directory;
    const std::string& tarball;
};

Result<std::vector<DigestAlgorithm>> digests_of(const ToSign& to) {
    std::vector<DigestAlgorithm> out{DigestAlgorithm::sha256};
    for (const auto& name : to.digests) {
        const auto algorithm = digest_algorithm(name);
        if (!algorithm) return refuse(fmt::format("--digest {}: one of sha256, sha384, sha512, sha3-256, sha3-512", printable(name)));
        if (std::find(out.begin(), out.end(), *algorithm) == out.end()) out.push_back(*algorithm);
    }
    return out;
}

Result<Listing> listing_of(const Origin& origin, const std::string& root, const std::vector<DigestAlgorithm>& digests) {
    if (!origin.manifest.empty()) return read_manifest(origin.manifest, root);
    if (!origin.directory.empty()) return list_directory(origin.directory, root.empty() ? "/" : root, digests);
    if (!origin.tarball.empty()) return list_tarball(origin.tarball, root, digests);
    return Listing();
}

Result<std::optional<std::uint32_t>> number_of(const std::string& text, int base, const char* option) {
    if (text.empty()) return std::optional<std::uint32_t>();
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end)
        return refuse(fmt::format("{} {}: this is no {} number", option, printable(text), base == 8 ? "octal" : "whole"));
    return std::optional(value);
}

// What is said for all of which nothing else says it.
Status fill_in(Listing& listing, const ToSign& to) {
    const auto mode = number_of(to.mode, 8, "--mode"), uid = number_of(to.uid, 10, "--uid"), gid = number_of(to.gid, 10, "--gid");
    for (const auto* each : {&mode, &uid, &gid})
        if (!*each) return fail(each->error());
    for (auto& [path, state] : listing) {
        if (state.kind == ApprovedState::Kind::file && !state.mode) state.mode = *mode;
        if (!state.uid) state.uid = *uid;
        if (!state.gid) state.gid = *gid;
    }
    return {};
}

Status add_absences(Listing& listing, const ToSign& to) {
    for (const auto& path : to.absent) {
        const auto placed = place(to.root, path);
        if (!placed) return fail(placed.error());
        if (!listing.emplace(*placed, ApprovedState{}).second) return refuse(fmt::format("--absent {}: it is among what should be", printable(path)));
    }
    return {};
}

// A list of sums knows no directories: they were there when something was in them.
void add_directories_of(const Listing& before, const Listing& after, Listing& out) {
    for (const auto& [path, state] : before)
        for (auto parent = split_path(path).directory; !parent.empty() && parent != "/"; parent = split_path(parent).directory) {
            const auto found = after.find(std::string(parent));
            if (found != after.end() && found->second.kind == ApprovedState::Kind::directory && !before.contains(found->first))
                out.emplace(
                    found->first,
                    ApprovedState{.kind = ApprovedState::Kind::directory, .digests = {}, .link_target = {}, .mode = {}, .uid = {}, .gid = {}});
        }
}

Result<std::vector<ApprovedChange>> changes_of(const ToSign& to, std::size_t& unchanged) {
    const auto digests = digests_of(to);
    if (!digests) return fail(digests.error());
    auto after = listing_of({to.manifest, to.directory, to.tarball}, to.root, *digests);
    if (!after) return fail(after.error());
    if (auto filled = fill_in(*after, to); !filled) return fail(filled.error());
    if (auto added = add_absences(*after, to); !added) return fail(added.error());
    auto before = listing_of({to.before_manifest, to.before_directory, to.before_tarball}, to.root, *digests);
    if (!before) return fail(before.error());
    if (!to.before_manifest.empty()) {
        Listing directories;
        add_directories_of(*before, *after, directories);
        before->merge(directories);
    }
    auto changes = changes_between(*before, *after, to.removals, unchanged);
    if (to.without_before)
        for (auto& change : changes)
            if (!before->contains(change.path)) change.before.kind = ApprovedState::Kind::any;
    return changes;
}

Result<WallTime> time_of(const std::string& text, WallTime now, const char* option) {
    const auto time = text.empty() ? std::optional(std::chrono::floor<std::chrono::seconds>(now)) : moment(text, now);
    if (!time)
        return refuse(
            fmt::format("{} {}: neither a time from now on (30min, 2h, 3d) nor a date (2026-01-31, 2026-01-31T12:00:00Z)", option, printable(text)));
    return WallTime(*time);
}

Result<std::string> random_id() {
    char bytes[16];
    if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return fail(system_error("take random bytes"));
    return to_hex({bytes, sizeof bytes});
}

Result<Approval> approval_of(const Arguments& arguments, std::size_t& unchanged) {
    const ToSign& to = arguments.to_sign;
    Approval approval;
    auto id = random_id();
    if (!id) return fail(id.error());
    const auto now = wall_now();
    const auto begin = time_of(to.not_before, now, "--not-before"), end = time_of(to.expires, now, "--expires");
    if (!begin) return fail(begin.error());
    if (!end) return fail(end.error());
    if (*end <= now) return refuse(fmt::format("--expires {}: that is over", printable(to.expires)));
    auto changes = changes_of(to, unchanged);
    if (!changes) return fail(changes.error());
    if (changes->empty())
        return refuse(
            fmt::format("there is nothing to approve: {} as before", unchanged == 1 ? "1 object is" : fmt::format("{} objects are", unchanged)));
    approval.id = std::move(*id);
    approval.hosts = to.hosts;
    std::sort(approval.hosts.begin(), approval.hosts.end());
    approval.hosts.erase(std::unique(approval.hosts.begin(), approval.hosts.end()), approval.hosts.end());
    approval.not_before = *begin;
    approval.expires = *end;
    approval.approver = to.approver.empty() ? who_am_i() : to.approver;
    approval.ticket = to.ticket;
    approval.note = arguments.note;
    approval.changes = std::move(*changes);
    return approval;
}

std::string description(const Approval& approval, std::size_t unchanged) {
    std::string out =
        fmt::format("approval {}\n  ticket    {}\n  approver  {}\n", approval.id, printable(approval.ticket), printable(approval.approver));
    if (!approval.note.empty()) out += "  note      " + printable(approval.note) + "\n";
    for (const auto& host : approval.hosts) out += "  host      " + host + "\n";
    if (approval.hosts.empty()) out += "  host      every host\n";
    out += fmt::format("  from      {}\n  until     {}\n\n", to_utc_seconds(approval.not_before), to_utc_seconds(approval.expires));
    for (const auto& change : approval.changes) out += change_line(change);
    out += fmt::format("\n{}", counted(approval.changes.size(), "path"));
    return out + (unchanged == 0 ? "\n" : fmt::format("; {} as before, left out\n", unchanged));
}

// Nobody is there to ask: then the command line was the answer.
bool is_wanted() {
    if (::isatty(STDIN_FILENO) != 1 || !standard_error_is_terminal()) return true;
    say("Sign this? [y/N] ");
    std::string answer;
    for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n' && answer.size() < 16;) answer += c;
    return answer == "y" || answer == "Y" || answer == "yes";
}

Status write_new(const std::string& file, std::string_view content) {
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return fail(system_error("make " + file));
    while (!content.empty()) {
        const ssize_t written = ::write(fd.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail(system_error("write " + file));
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(fd.get()) == 0 ? Status{} : Status(fail(system_error("write " + file)));
}

int refused(const Error& error) {
    say(error);
    return error.kind == ErrorKind::bad_input ? kBadData : status_of(error);
}

}  // namespace

int approve_sign(const Arguments& arguments) {
    std::size_t unchanged = 0;
    const auto approval = approval_of(arguments, unchanged);
    if (!approval) return refused(approval.error());
    if (const auto text = approval_text(*approval); !text) return refused(text.error());
    if (const int printed = print(description(*approval, unchanged), kSuccess); printed != kSuccess) return printed;
    if (!is_wanted()) {
        say("touchstone: nothing was signed");
        return kFailed;
    }
    const auto file = sign_approval(*approval, arguments.to_sign.key);
    if (!file) return refused(file.error());
    const auto signer = claimed_signer(*file);
    if (auto written = write_new(arguments.to_sign.out, *file); !written) return refused(written.error());
    return print(fmt::format("signed with the key {}: {}\n", signer.value_or("?"), printable(arguments.to_sign.out)), kSuccess);
}

}  // namespace touchstone::cli
