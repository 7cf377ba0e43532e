#include "dpkg/scripts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dpkg/archive.hpp"
#include "dpkg/installed_files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr Nanoseconds kClockSlack = std::chrono::seconds(2);  // start times of processes are told in ticks, and the clock may be set

// The run of apt in which a process began.
Result<std::optional<Run>> run_of(WallTime start, Ground& ground) {
    if (!ground.evidence()) return std::optional<Run>();
    auto runs = ground.evidence()->runs_at(start);
    if (!runs) return fail(runs.error());
    for (auto& run : *runs)
        if (run.begun <= start + kClockSlack && (run.ended || Ground::is_open(run))) return std::optional(std::move(run));
    return std::optional<Run>();
}

// dpkg does not say whose script lies in tmp.ci; where every archive of the run was verified, it is one of theirs.
Result<ScriptProof> prove_temporary(const std::optional<Run>& run, Ground& ground) {
    if (!run) return ScriptProof{};
    const auto changes = ground.evidence()->changes_of(run->id);
    if (!changes) return fail(changes.error());
    if (std::any_of(changes->begin(), changes->end(), [](const auto& change) { return !change.refusal.empty(); })) return ScriptProof{};
    const auto arriving = std::find_if(changes->begin(), changes->end(), [](const auto& change) { return !change.new_version.empty(); });
    if (arriving == changes->end()) return ScriptProof{};
    return ScriptProof{ScriptProof::Kind::verified, "a package of this run of apt", "", transaction_id(*run)};
}

const PackageStatuses::value_type* installed_named(const std::string& name, const PackageStatuses& installed) {
    for (const auto& each : installed)
        if (split_path(info_base(each.first, each.second)).name == name) return &each;
    return nullptr;
}

Result<ScriptProof> prove_unseen(const Script& script, const std::string& transaction, Ground& ground) {
    const auto* package = installed_named(script.package, ground.installed());
    if (!package || !ground.evidence()) return ScriptProof{};
    const auto listed = ground.evidence()->listed(package->first, package->second.version);
    if (!listed) return fail(listed.error());
    const auto evaded = ground.evaded_the_hook(script.path);
    if (!evaded) return fail(evaded.error());
    if (!*listed || *evaded) return ScriptProof{};
    return ScriptProof{ScriptProof::Kind::unverified, source_of(package->first, package->second.version), "", transaction};
}

ScriptProof proof_of(const StandingScript& stood, const std::string& transaction) {
    const auto kind = stood.proof == StandingScript::Proof::verified     ? ScriptProof::Kind::verified
                      : stood.proof == StandingScript::Proof::unverified ? ScriptProof::Kind::unverified
                                                                         : ScriptProof::Kind::altered;
    return {kind, source_of(stood.package, stood.version), stood.signers, transaction};
}

// Those of an old version run before the new one's come in their place.
bool is_of_old_version(const Script& script) { return script.member == "prerm" || script.member == "postrm"; }

// What the hook saw there, when the run began.
Result<std::optional<StandingScript>> stood_in(const std::optional<Run>& run, const Script& script, Ground& ground) {
    return run ? ground.evidence()->script_at(run->id, script.path) : Result<std::optional<StandingScript>>(std::nullopt);
}

}  // namespace

std::string source_of(const PackageKey& package, const std::string& version) {
    return fmt::format("{} {} ({})", printable(package.package), printable(version), printable(package.architecture));
}

Result<std::string> transaction_at(WallTime start, Ground& ground) {
    const auto run = run_of(start, ground);
    if (!run) return fail(run.error());
    return *run ? transaction_id(**run) : "";
}

Result<bool> is_kept_of_removed(const std::string& path, WallTime start, Ground& ground) {
    const auto [directory, name] = split_path(path);
    if (directory != "/var/lib/dpkg/info") return false;
    const auto run = run_of(start, ground);
    if (!run) return fail(run.error());
    if (!*run) return false;
    const auto changes = ground.evidence()->changes_of((*run)->id);
    if (!changes) return fail(changes.error());
    const auto package = name.substr(0, name.rfind('.'));
    return std::any_of(changes->begin(), changes->end(), [&](const PackageChange& change) {
        return change.new_version.empty() && (package == change.package || package == change.package + ":" + change.architecture);
    });
}

Result<ScriptProof> prove(const Script& script, Ground& ground) {
    const auto run = run_of(script.start, ground);
    if (!run) return fail(run.error());
    const std::string transaction = *run ? transaction_id(**run) : "";
    if (script.package.empty()) return prove_temporary(*run, ground);
    const auto stood = stood_in(*run, script, ground);
    if (!stood) return fail(stood.error());
    if (*stood && (*stood)->proof == StandingScript::Proof::altered && is_of_old_version(script)) return proof_of(**stood, transaction);
    const auto file = open_file(InRoot(ground.settings().root).outside(script.path));
    // Gone with its package: what it was then nobody sees any more, but the hook did.
    if (!file && file.error().code == ENOENT) return *stood ? proof_of(**stood, transaction) : ScriptProof{};
    const auto known = ground.evidence() ? ground.evidence()->files_at(script.path) : Result<std::vector<KnownFile>>(std::vector<KnownFile>());
    if (!known) return fail(known.error());
    const auto strong = std::find_if(known->begin(), known->end(), [](const auto& each) { return !each.weak; });
    if (strong == known->end()) return prove_unseen(script, transaction, ground);

    const auto sha256 = file ? sha256_of_file(file->get()) : Result<std::string>(fail(file.error()));
    if (!sha256) return fail(sha256.error());
    for (const auto& each : *known) {
        std::string ignored;
        const auto standing = ground.standing_of(each, ignored);
        if (!standing) return fail(standing.error());
        const bool is_of_now = *standing != Standing::outgoing || !transaction.empty();
        if (each.weak || !is_of_now || each.file.sha256 != *sha256) continue;
        if (*stood && is_of_old_version(script)) return proof_of(**stood, transaction);  // what stands there now is its successor's
        return ScriptProof{ScriptProof::Kind::verified, source_of(each.package, each.version), each.signers, transaction};
    }
    return ScriptProof{ScriptProof::Kind::altered, source_of(strong->package, strong->version), "", transaction};
}

}  // namespace touchstone::dpkg
