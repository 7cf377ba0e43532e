#include "touchstone/package_evidence.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "dpkg/collector.hpp"
#include "dpkg/hook_input.hpp"
#include "dpkg/processes.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using dpkg::Candidate;
using dpkg::Collector;

constexpr std::size_t kMaxCached = 5'000;
constexpr std::int64_t kJustComeSeconds = 3'600;
constexpr const char* kNotVerified = "it was not verified to the end";

struct Opened {
    std::unique_ptr<store::Database> database;
    std::string recovered;
};

Result<Opened> open_for_writing(const PackageEvidence& evidence) {
    Opened opened;
    auto database = dpkg::open_evidence_for_writing(evidence.state_directory, opened.recovered);
    if (!database) return fail(database.error());
    opened.database = std::move(*database);
    return opened;
}

Result<PackageReport> finished(Collector& collector, const Opened& opened, const PackageEvidence& evidence, bool repeated = true) {
    if (!opened.recovered.empty()) collector.refuse(opened.recovered);
    if (auto done = collector.writer().add_reports(collector.report.refused, evidence.wall_now(), repeated); !done) return fail(done.error());
    return std::move(collector.report);
}

// Until an archive is verified it counts as refused: the hook may be killed at any moment.
std::vector<dpkg::PackageChange> unverified(const dpkg::HookInput& input) {
    std::vector<dpkg::PackageChange> changes;
    for (const auto& hooked : input.changes) {
        changes.push_back(hooked.change);
        if (!hooked.archive.empty()) changes.back().refusal = kNotVerified;
    }
    return changes;
}

// Of a hook that was killed, the refusals are still to be told.
Status end_runs(Collector& collector, WallTime at) {
    const auto cut = collector.known().changes_refused_as(kNotVerified);
    if (!cut) return fail(cut.error());
    for (const auto& change : *cut) collector.report.refused.push_back({change.package, change.architecture, change.new_version, "", kNotVerified});
    return collector.writer().end_runs(at);
}

// apt does not say of which version there is only the configuration left.
void name_left_versions(dpkg::HookInput& input, const dpkg::PackageStatuses& installed) {
    for (auto& [change, archive] : input.changes) {
        if (!change.old_version.empty() || !change.new_version.empty()) continue;
        const auto left = std::find_if(installed.begin(), installed.end(),
                                       [&](const auto& each) { return each.first.package == change.package && each.second.state == "config-files"; });
        if (left == installed.end()) continue;
        change.architecture = left->first.architecture;
        change.old_version = left->second.version;
    }
    std::erase_if(input.changes, [](const auto& hooked) { return hooked.change.old_version.empty() && hooked.change.new_version.empty(); });
}

Status remember_scripts(Collector& collector, std::int64_t run, const dpkg::HookInput& input) {
    for (const auto& [change, archive] : input.changes) {
        const dpkg::PackageKey package{change.package, change.architecture};
        const auto status = collector.installed().find(package);
        if (change.old_version.empty() || status == collector.installed().end() || status->second.version != change.old_version) continue;
        if (auto done = collector.remember_scripts(run, package, status->second); !done) return done;
    }
    return {};
}

Status remember_old_versions(Collector& collector, const dpkg::HookInput& input) {
    for (const auto& [change, archive] : input.changes) {
        const dpkg::PackageKey package{change.package, change.architecture};
        const auto status = collector.installed().find(package);
        if (change.old_version.empty() || status == collector.installed().end() || status->second.version != change.old_version) continue;
        std::optional<std::pair<dpkg::PackageKey, std::string>> successor;
        if (!change.new_version.empty()) successor.emplace(package, change.new_version);
        if (successor && change.new_version == change.old_version) continue;
        if (auto done = collector.remember_outgoing(package, change.old_version, status->second, successor); !done) return done;
    }
    return {};
}

// "nginx_1%3a1.22.1-9_amd64.deb"
std::optional<Candidate> candidate_named(const std::string& directory, const std::string& name) {
    constexpr std::string_view kEnd = ".deb";
    if (!name.ends_with(kEnd)) return std::nullopt;
    const auto stem = name.substr(0, name.size() - kEnd.size());
    const auto first = stem.find('_'), last = stem.rfind('_');
    if (first == std::string::npos || first == last) return std::nullopt;
    Candidate candidate;
    candidate.package = {stem.substr(0, first), stem.substr(last + 1)};
    candidate.path = join_path(directory, name);
    const auto version = stem.substr(first + 1, last - first - 1);
    for (std::size_t at = 0; at < version.size(); ++at) {
        const auto byte = version[at] == '%' && at + 2 < version.size() ? from_hex(std::string_view(version).substr(at + 1, 2)) : std::nullopt;
        if (byte) at += 2;
        byte ? candidate.version += *byte : candidate.version += version[at];
    }
    return candidate;
}

Result<std::vector<Candidate>> cached(const PackageEvidence& evidence, Collector& collector) {
    std::vector<Candidate> candidates;
    const auto directory = join_path(evidence.root, "var/cache/apt/archives");
    const auto names = dpkg::names_in(directory);
    if (!names) return names.error().code == ENOENT ? Result<std::vector<Candidate>>(std::move(candidates)) : fail(names.error());
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(evidence.wall_now().time_since_epoch()).count();
    for (const auto& name : *names) {
        auto candidate = candidate_named(directory, name);
        const auto stamp = candidate ? dpkg::stamp_of(candidate->path) : std::nullopt;
        if (!stamp || candidates.size() == kMaxCached) continue;
        const auto status = collector.installed().find(candidate->package);
        const bool is_installed = status != collector.installed().end() && status->second.version == candidate->version;
        const bool has_just_come = stamp->changed / 1'000'000'000 + kJustComeSeconds > now;
        if (!is_installed && !has_just_come) continue;
        const auto known = collector.known().has_archive(candidate->package, candidate->version);
        if (!known) return fail(known.error());
        if (!*known) candidates.push_back(std::move(*candidate));
    }
    return candidates;
}

}  // namespace

Result<PackageReport> begin_apt_run(const PackageEvidence& evidence, std::string_view hook, std::int32_t pid) {
    auto input = dpkg::parse_hook_input(hook);
    if (!input) return fail(input.error());
    auto opened = open_for_writing(evidence);
    if (!opened) return fail(opened.error());
    Collector collector(evidence, *opened->database);
    name_left_versions(*input, collector.installed());
    dpkg::Run run;
    run.begun = evidence.wall_now();
    run.command = input->command_line;
    run.pid = pid;
    run.started = dpkg::start_of(pid).value_or(0);
    if (auto done = end_runs(collector, run.begun); !done) return fail(done.error());
    const auto id = collector.writer().begin_run(run, unverified(*input));
    if (!id) return fail(id.error());

    std::vector<Candidate> candidates;
    for (const auto& [change, archive] : input->changes)
        if (!archive.empty()) {
            auto& candidate = candidates.emplace_back();
            candidate.package = {change.package, change.architecture};
            candidate.version = change.new_version;
            candidate.path = archive;
        }
    if (auto done = collector.verify(candidates); !done) return fail(done.error());
    for (const auto& candidate : candidates)
        if (auto done = collector.writer().refuse(*id, candidate.package, candidate.refusal); !done) return fail(done.error());
    if (auto done = remember_scripts(collector, *id, *input); !done) return fail(done.error());
    if (auto done = remember_old_versions(collector, *input); !done) return fail(done.error());
    return finished(collector, *opened, evidence);
}

std::int32_t hooking_process() { return dpkg::caller_behind_shells(::getppid()); }

Result<PackageReport> end_apt_run(const PackageEvidence& evidence) {
    auto opened = open_for_writing(evidence);
    if (!opened) return fail(opened.error());
    Collector collector(evidence, *opened->database);
    if (auto done = end_runs(collector, evidence.wall_now()); !done) return fail(done.error());
    // With a damaged status nothing is known to be superseded.
    if (!collector.installed().empty())
        if (auto done = collector.writer().drop_superseded(collector.installed()); !done) return fail(done.error());
    return finished(collector, *opened, evidence);
}

Result<PackageReport> read_package_cache(const PackageEvidence& evidence) {
    auto opened = open_for_writing(evidence);
    if (!opened) return fail(opened.error());
    Collector collector(evidence, *opened->database);
    auto candidates = cached(evidence, collector);
    if (!candidates) return fail(candidates.error());
    if (auto done = collector.verify(*candidates); !done) return fail(done.error());
    return finished(collector, *opened, evidence, false);  // the cache may be read often, and have the same archives every time
}

}  // namespace touchstone
