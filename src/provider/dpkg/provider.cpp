#include "dpkg/provider.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dpkg/lock.hpp"
#include "dpkg/match.hpp"
#include "dpkg/places.hpp"
#include "dpkg/weak.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr const char* kDpkg = "dpkg";  // dpkg itself as the source of evidence
constexpr const char* kBackup = ".dpkg-tmp";

Claim claim_of(Claim::Word word, const Stood& stood, std::string reason) {
    Claim claim;
    claim.word = word;
    claim.evidence = {"dpkg", source_of(stood.known.package, stood.known.version), stood.known.signers, std::move(reason), stood.known.weak, stood.transaction};
    return claim;
}

Claim by_dpkg(Claim::Word word, std::string reason, std::string transaction) {
    Claim claim;
    claim.word = word;
    claim.evidence = {"dpkg", kDpkg, "", std::move(reason), false, std::move(transaction)};
    return claim;
}

bool was_last_written_by_others(const Question& question, const std::string& root) {
    if (!question.actors || question.actors->empty() || !question.actors_complete) return false;
    return lineage_of(*question.actors->back(), root).kind == Lineage::Kind::foreign;
}

// And is otherwise as it was known.
bool has_got_second_name(const Question& question) {
    const auto* now = question.now.attributes();
    if (!now || now->type != FileType::regular || now->link_count < 2) return false;
    const auto* known = question.known ? question.known() : nullptr;
    if (!known || !known->attributes()) return false;
    auto should = *known->attributes();
    ++should.link_count;
    should.ctime = now->ctime;
    return should == *now;
}

bool is_one_file(const std::string& name, const std::string& other) {
    const auto one = stamp_of(name), two = stamp_of(other);
    return one && two && one->device == two->device && one->inode == two->inode;
}

std::string reason_of(const Match& match, const KnownFile& known) {
    const char* what = known.file.type == FileType::regular ? "content" : known.file.type == FileType::symlink ? "link" : "directory";
    if (match.differs.empty()) return fmt::format("{}, mode and owner are those of the package", what);
    return fmt::format("{} is that of the package; {}", what, match.differs);
}

// What dpkg or the administrator may change without the package.
bool is_binding(const KnownFile& known) {
    if (known.role == Role::conffile || known.file.type == FileType::directory) return false;
    return !(known.role == Role::control && known.shipped.ends_with(".list"));  // an upgrade keeps names of the old one in it
}

bool is_involved(const Question& question, const std::string& root) {
    if (!question.actors || question.actors->empty() || !question.actors_complete) return true;
    return std::any_of(question.actors->begin(), question.actors->end(),
                       [&](const auto& actor) { return lineage_of(*actor, root).kind != Lineage::Kind::foreign; });
}

}  // namespace

struct DpkgProvider::Standings {
    std::vector<Stood> all;

    bool any(Standing standing) const {
        return std::any_of(all.begin(), all.end(), [&](const Stood& stood) { return stood.standing == standing; });
    }
};

DpkgProvider::DpkgProvider(ProviderSettings::Dpkg settings, std::string state_directory)
    : ground_(std::move(settings), state_directory), reading_(CacheReading::shared(state_directory)) {}

Result<DpkgProvider::Standings> DpkgProvider::standings_at(const std::string& path) {
    Standings standings;
    auto files = ground_.files_at(path);
    if (!files) return fail(files.error());
    for (auto& known : *files) {
        Stood stood;
        const auto standing = ground_.standing_of(known, stood.transaction);
        if (!standing) return fail(standing.error());
        stood.standing = *standing;
        stood.known = std::move(known);
        standings.all.push_back(std::move(stood));
    }
    return standings;
}

Status DpkgProvider::ask(const Question& question, std::vector<Claim>& claims) {
    const auto path = inside(question.path, ground_.settings().root);
    if (path.empty() || question.now.unreadable()) return {};
    if (auto done = ground_.refresh(); !done) return done;
    const auto held = held_by_dpkg(question, path);
    if (!held) return fail(held.error());
    const auto kept = ask_of_kept(question, path, claims);
    if (!kept) return fail(kept.error());
    if (*kept) return {};
    const auto before = claims.size();
    if (auto done = ask_archives(question, path, claims); !done) return done;
    bool unread = false;
    // What somebody who is known, and is not dpkg, has done is not settled by lists that nobody signs; so nobody waits for them either.
    if (claims.size() == before && is_involved(question, ground_.settings().root))
        if (auto done = ask_md5_lists(question, path, ground_, claims, unread); !done) return done;
    if (auto done = ask_lineage(question, path, claims); !done) return done;
    await(question, unread, claims);
    if (!held->empty()) claims.push_back(by_dpkg(Claim::Word::passing, fmt::format("a temporary name of dpkg for {}", printable(made_for(path))), *held));
    return {};
}

Status DpkgProvider::ask_archives(const Question& question, const std::string& path, std::vector<Claim>& claims) {
    const auto standings = standings_at(path);
    if (!standings) return fail(standings.error());
    const auto* now = question.now.attributes();
    if (!now) return ask_of_absence(question, path, *standings, claims);
    const auto ownership = ground_.overrides().ownership(path);
    const Stood* against = nullptr;
    std::string difference;
    for (const auto& stood : standings->all) {
        if (stood.standing == Standing::outgoing) continue;
        auto compared = match(question, *now, stood.known, ownership);
        if (!compared) return fail(compared.error());
        if (compared->same) {
            claims.push_back(claim_of(Claim::Word::vouches, stood, reason_of(*compared, stood.known)));
            claims.back().covers = std::move(compared->covers);
            return {};
        }
        if (!is_binding(stood.known)) continue;
        const auto leaves = is_being_removed(stood);
        if (!leaves) return fail(leaves.error());
        if (*leaves) continue;
        against = &stood;
        difference = compared->differs;
    }
    if (against) {
        claims.push_back(claim_of(Claim::Word::contradicts, *against, fmt::format("it is not as the package has it: {}", difference)));
        return {};
    }
    return ask_of_temporary(question, path, claims);
}

// What stood there before, diverted by the package, may be back already.
Result<bool> DpkgProvider::is_being_removed(const Stood& stood) {
    if (stood.standing != Standing::in_transit) return false;
    PackageChange change;
    const auto run = ground_.evidence()->last_run_of(stood.known.package, change);
    if (!run) return fail(run.error());
    return *run && change.new_version.empty();
}

// "/etc/x.dpkg-dist" holds what the package has for /etc/x, where the administrator kept his own.
Status DpkgProvider::ask_of_temporary(const Question& question, const std::string& path, std::vector<Claim>& claims) {
    const auto original = made_for(path);
    if (original.empty()) return {};
    const auto standings = standings_at(original);
    if (!standings) return fail(standings.error());
    for (const auto& stood : standings->all) {
        if (stood.standing == Standing::outgoing || stood.known.file.type == FileType::directory) continue;
        auto compared = match(question, *question.now.attributes(), stood.known, ground_.overrides().ownership(original));
        if (!compared) return fail(compared.error());
        if (!compared->same) continue;
        claims.push_back(claim_of(Claim::Word::vouches, stood, fmt::format("{}, for {}", reason_of(*compared, stood.known), printable(original))));
        claims.back().covers = std::move(compared->covers);
        return {};
    }
    return {};
}

Status DpkgProvider::ask_of_absence(const Question& question, const std::string& path, const Standings& standings, std::vector<Claim>& claims) {
    for (const auto& stood : standings.all)
        if (stood.standing == Standing::current && is_binding(stood.known)) {
            claims.push_back(claim_of(Claim::Word::contradicts, stood, "the package has it, and is installed"));
            return {};
        }
    if (standings.any(Standing::current)) return {};
    const auto* before = question.known ? question.known() : nullptr;
    if (!before) return {};
    if (standings.all.empty()) return ask_of_gone_temporary(question, path, *before, claims);
    std::string transaction;
    for (const auto& stood : standings.all)
        if (stood.standing == Standing::in_transit) {
            // Of the version that comes: it stays. Of the one that goes: its successor, if there is one, does not have it.
            PackageChange change;
            const auto run = ground_.evidence()->last_run_of(stood.known.package, change);
            if (!run) return fail(run.error());
            if (!*run || change.new_version == stood.known.version) return {};
        }
    for (const auto& stood : standings.all) {
        if (!was(*before, question.digest, stood.known)) continue;
        claims.push_back(claim_of(Claim::Word::vouches, stood, "it was of this package, which is installed no more in this version"));
        claims.back().covers = {"*"};
        return {};
    }
    return {};
}

// "/usr/bin/x.dpkg-new" goes by becoming /usr/bin/x, and "/usr/bin/x.dpkg-tmp", which keeps the old one until then, is taken away. Neither is to stay, so
// that one goes is explained whoever is known to have done it; what it held is vouched for where an archive has it.
Status DpkgProvider::ask_of_gone_temporary(const Question& question, const std::string& path, const Observation& before, std::vector<Claim>& claims) {
    if (!is_passing(path)) return {};
    const auto standings = standings_at(made_for(path));
    if (!standings) return fail(standings.error());
    const Stood* found = nullptr;
    bool is_packaged = false;
    for (const auto& stood : standings->all) {
        if (stood.transaction.empty() || is_packaged) continue;
        found = &stood;
        is_packaged = was(before, question.digest, stood.known);
    }
    if (!found) return {};
    claims.push_back(claim_of(is_packaged ? Claim::Word::vouches : Claim::Word::explains, *found,
                              is_packaged ? "what the package has, under a temporary name of dpkg" : "a temporary name of dpkg for what the package has"));
    claims.back().covers = {"*"};
    return {};
}

// A conffile of a package that this run of apt removes, or that a version lost: dpkg takes it, whatever the administrator had made of it, before its
// database says so.
Result<std::optional<KnownFile>> DpkgProvider::purged_conffile(const std::string& path, const std::string& transaction) {
    const auto standings = standings_at(path);
    if (!standings) return fail(standings.error());
    for (const auto& stood : standings->all) {
        if (stood.known.role != Role::conffile || transaction.empty() || stood.transaction != transaction) continue;
        PackageChange change;
        const auto run = ground_.evidence()->last_run_of(stood.known.package, change);
        if (!run) return fail(run.error());
        if (stood.standing == Standing::outgoing || change.new_version.empty()) return std::optional(stood.known);
    }
    return std::optional<KnownFile>();
}

Result<bool> DpkgProvider::is_temporary_of_package(const std::string& path) {
    const auto original = made_for(path);
    if (original.empty()) return false;
    const auto standings = standings_at(original);
    if (!standings) return fail(standings.error());
    return std::any_of(standings->all.begin(), standings->all.end(), [](const Stood& stood) { return !stood.transaction.empty(); });
}

// A temporary name that dpkg, and nobody else, has in the making for a package of the run of apt that it is part of: that run.
Result<std::string> DpkgProvider::held_by_dpkg(const Question& question, const std::string& path) {
    std::string run;
    if (!is_passing(path) || !question.actors || !question.actors_complete) return run;
    const auto standings = standings_at(made_for(path));
    if (!standings) return fail(standings.error());
    for (const auto& actor : *question.actors) {
        if (lineage_of(*actor, ground_.settings().root).kind != Lineage::Kind::dpkg) return std::string();
        auto transaction = transaction_at(actor->process.start, ground_);
        if (!transaction) return fail(transaction.error());
        const auto is_of_run = [&](const Stood& stood) { return stood.transaction == *transaction; };
        if (transaction->empty() || std::none_of(standings->all.begin(), standings->all.end(), is_of_run)) return std::string();
        run = std::move(*transaction);
    }
    return run;
}

// Until its successor is unpacked dpkg keeps a file under a second name. True: there is no more to say.
Result<bool> DpkgProvider::ask_of_kept(const Question& question, const std::string& path, std::vector<Claim>& claims) {
    if (!has_got_second_name(question)) return false;
    const auto run = held_by_dpkg(question, path + kBackup);
    if (!run) return fail(run.error());
    if (run->empty()) return false;
    claims.push_back(by_dpkg(Claim::Word::passing, "its successor is being unpacked", *run));
    const auto outside = InRoot(ground_.settings().root).outside(path);
    if (!is_one_file(outside, outside + kBackup)) return false;
    claims.push_back(by_dpkg(Claim::Word::vouches, fmt::format("kept as {} until its successor stands", printable(path + kBackup)), *run));
    claims.back().covers = {"link_count"};
    return true;
}

// nullopt: it is not.
Result<std::optional<Claim>> DpkgProvider::explained(const Actor& actor, const std::string& path, const Question& question, bool is_vouched) {
    const auto& now = question.now;
    Claim claim;
    claim.word = Claim::Word::explains;
    claim.covers = {"*"};
    claim.evidence.provider = "dpkg";
    const auto by_name = [&](const char* source, std::string reason) {
        claim.evidence.source = source;
        claim.evidence.reason = std::move(reason);
        return std::optional<Claim>(claim);
    };
    const auto lineage = lineage_of(actor, ground_.settings().root);
    if (lineage.kind == Lineage::Kind::dpkg) {
        auto transaction = transaction_at(actor.process.start, ground_);
        if (!transaction) return fail(transaction.error());
        claim.evidence.transaction = std::move(*transaction);
        if (is_dpkgs_own(path)) return by_name(kDpkg, fmt::format("dpkg's own file, written by dpkg (pid {})", actor.process.pid));
        // Of a package that goes its records go, and its list is cut down to the conffiles that stay; nothing else of it is written.
        const auto kept = now.absent() || path.ends_with(".list") ? is_kept_of_removed(path, actor.process.start, ground_) : Result<bool>(false);
        if (!kept) return fail(kept.error());
        if (*kept) return by_name(kDpkg, fmt::format("kept by dpkg of a package that is removed (pid {})", actor.process.pid));
        const auto purged = now.absent() ? purged_conffile(path, claim.evidence.transaction) : Result<std::optional<KnownFile>>(std::nullopt);
        if (!purged) return fail(purged.error());
        if (*purged) {
            const auto* before = question.known ? question.known() : nullptr;
            if (before && !(*purged)->weak && was(*before, question.digest, **purged)) {
                claim.word = Claim::Word::vouches;
                claim.evidence.signer = (*purged)->signers;
            }
            return by_name(kDpkg, fmt::format("a conffile of a package that is purged (pid {})", actor.process.pid));
        }
        const auto temporary = is_temporary_of_package(path);
        if (!temporary) return fail(temporary.error());
        if (*temporary) return by_name(kDpkg, fmt::format("a temporary name of dpkg for {}", printable(made_for(path))));
        if (is_vouched) return by_name(kDpkg, fmt::format("unpacked by dpkg (pid {})", actor.process.pid));
    }
    if (lineage.kind == Lineage::Kind::apt && is_apts_own(path))
        return by_name("apt", fmt::format("apt's own file, written by apt (pid {})", actor.process.pid));
    if (lineage.kind != Lineage::Kind::script) return std::optional<Claim>();

    const auto proof = prove(*lineage.script, ground_);
    if (!proof) return fail(proof.error());
    if (proof->kind == ScriptProof::Kind::foreign) return std::optional<Claim>();
    claim.evidence.source = proof->source;
    claim.evidence.signer = proof->signers;
    claim.evidence.transaction = proof->transaction;
    claim.evidence.reason = fmt::format("written by the script {} of the package (pid {})", lineage.script->member, lineage.script->pid);
    if (proof->kind == ScriptProof::Kind::altered) {
        claim.word = Claim::Word::contradicts;
        claim.evidence.reason += ", which is not the script that the package has";
        claim.covers.clear();
        return std::optional<Claim>(std::move(claim));
    }
    if (proof->kind == ScriptProof::Kind::unverified) {
        if (!ground_.settings().weak) return std::optional<Claim>();
        claim.evidence.weak = true;
        claim.evidence.reason += "; the script was not verified, for no archive of this version was seen";
    }
    if (proof->transaction.empty()) {
        claim.evidence.weak = true;
        claim.evidence.reason += "; outside of any run of apt";
    }
    return std::optional<Claim>(std::move(claim));
}

// Every writer has to be accounted for; one that is not leaves the change without an explanation.
Status DpkgProvider::ask_lineage(const Question& question, const std::string& path, std::vector<Claim>& claims) {
    if (!question.actors || question.actors->empty() || !question.actors_complete) return {};
    const bool is_vouched = std::any_of(claims.begin(), claims.end(), [](const Claim& claim) { return claim.word == Claim::Word::vouches && claim.evidence.provider == "dpkg"; });
    std::optional<Claim> last;
    for (const auto& actor : *question.actors) {
        auto one = explained(*actor, path, question, is_vouched);
        if (!one) return fail(one.error());
        if (!*one) return {};
        const bool settles_it = (*one)->word == Claim::Word::contradicts;
        const bool is_dpkgs = (*one)->evidence.source == kDpkg;
        if (!last || !is_dpkgs || settles_it) last = std::move(*one);
        if (settles_it) break;
    }
    if (last) claims.push_back(std::move(*last));
    return {};
}

// Where no hook told what comes, what there is now may be dpkg's work all the same: its database says so only in the end.
void DpkgProvider::await(const Question& question, bool unread, std::vector<Claim>& claims) {
    const bool is_settled = std::any_of(claims.begin(), claims.end(), [](const Claim& claim) { return claim.word != Claim::Word::contradicts && !claim.evidence.weak; });
    if (is_settled || !is_involved(question, ground_.settings().root)) return;
    // What a package has otherwise, and somebody else wrote last, nothing that is still to come would vouch for.
    if (says(claims, Claim::Word::contradicts) && was_last_written_by_others(question, ground_.settings().root)) return;
    const bool locked = is_locked(ground_.settings().root);
    if (locked || unread) reading_->want(ground_.settings(), ground_.status_stamp(), question.digest, question.now.looked_at);
    if (!locked && !reading_->is_running()) return;
    Claim claim;
    claim.word = Claim::Word::awaited;
    claim.evidence = {"dpkg", "dpkg", "", locked ? "its database is locked" : "what apt left in its cache is being read", false, ""};
    claims.push_back(std::move(claim));
}

Result<std::optional<Transaction>> DpkgProvider::transaction(const std::string& id) {
    if (auto done = ground_.refresh(); !done) return fail(done.error());
    if (!ground_.evidence()) return std::optional<Transaction>();
    return transaction_of(*ground_.evidence(), id);
}

Result<std::vector<Refusal>> DpkgProvider::refusals(std::int64_t after) {
    if (auto done = ground_.refresh(); !done) return fail(done.error());
    return ground_.evidence() ? ground_.evidence()->reports_after(after) : Result<std::vector<Refusal>>();
}

Result<std::unique_ptr<Provider>> open_dpkg(const ProviderSettings& settings, const std::string& state_directory) {
    if (!settings.dpkg.enabled || !stamp_of(join_path(settings.dpkg.root, "var/lib/dpkg/status"))) return std::unique_ptr<Provider>();
    return std::make_unique<DpkgProvider>(settings.dpkg, state_directory);
}

}  // namespace touchstone::dpkg
