#include "explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lineage.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::rpm {
namespace {

bool is_same_object(const Observation& before, const Observation& now) {
    const auto* was = before.attributes();
    const auto* is = now.attributes();
    if (was == nullptr || is == nullptr || (was->type == FileType::regular && was->digest.empty())) return false;
    return was->type == is->type && was->mode == is->mode && was->uid == is->uid && was->gid == is->gid && was->size == is->size && was->digest == is->digest &&
           was->link_target == is->link_target && was->xattrs == is->xattrs;
}

Claim explanation(Evidence evidence) { return {Claim::Word::explains, std::move(evidence), {"*"}}; }

Evidence by_rpm(std::string reason) { return {"rpm", "rpm", "", std::move(reason), false, ""}; }

// A file that went with its package, which is not installed any more.
bool is_removed(const Question& question, const Answer& answer) { return question.now.absent() && answer.gone && !answer.successor && answer.files.empty(); }

// What the package says that there may be. A scriptlet's file in a directory that rpm has just made is ascribed to rpm (ADR 9); and rpm takes it away.
std::optional<Evidence> ghost_by_rpm(const Act& act, const Answer& answer) {
    const auto ghost = std::find_if(answer.files.begin(), answer.files.end(), [](const File& file) { return file.ghost; });
    if (ghost == answer.files.end()) return std::nullopt;
    auto evidence = evidence_of(*ghost->package, fmt::format("a %ghost of the package, by rpm (pid {})", act.pid));
    evidence.weak = true;  // nothing is said of what it is
    return evidence;
}

// As rpm makes those that it needs for a package's files and that no package has.
bool is_new_directory(const Question& question) {
    const auto* now = question.now.attributes();
    const auto* known = question.known ? question.known() : nullptr;
    const bool plain = now != nullptr && now->type == FileType::directory && now->mode == 0755 && now->uid == 0 && now->gid == 0;
    return plain && (known == nullptr || known->absent());
}

// nullopt: it is not accounted for.
Result<std::optional<Evidence>> by_itself(const Act& act, const std::string& path, const Question& question, const Answer& known, Database& database,
                                          bool is_vouched) {
    if (is_rpms_own(path)) return std::optional(by_rpm(fmt::format("rpm's own file, written by rpm (pid {})", act.pid)));
    if (is_vouched) return std::optional(by_rpm(fmt::format("unpacked by rpm (pid {})", act.pid)));
    if (auto ghost = ghost_by_rpm(act, known)) return ghost;
    if (is_removed(question, known)) return std::optional(evidence_of_removed(*known.gone, fmt::format("removed with its package by rpm (pid {})", act.pid)));
    if (known.files.empty() && is_new_directory(question)) return std::optional(by_rpm(fmt::format("a directory that rpm (pid {}) made for what it unpacked", act.pid)));
    const std::string target(unpacked_for(path));
    if (target.empty()) return std::optional<Evidence>();
    const auto answer = database.ask(target, question.now.looked_at);
    if (!answer) return fail(answer.error());
    if (answer->files.empty()) return std::optional<Evidence>();
    return std::optional(evidence_of(*answer->files.front().package, "a temporary name of rpm for " + printable(target)));
}

Result<std::optional<Evidence>> by_scriptlet(const Act& act, Database& database) {
    const auto run = database.run_between(act.run, *act.scriptlet);
    if (!run) return fail(run.error());
    if (run->packages.empty() || run->any_unsigned) return std::optional<Evidence>();
    auto evidence = evidence_of(*run->packages.front(), fmt::format("written by a scriptlet (pid {}) while rpm was at work on it", act.pid));
    if (run->packages.size() > 1) {
        evidence.source = "a package of this transaction";
        evidence.signer.clear();
    }
    evidence.weak = true;  // the script itself is not held against the header
    if (run->erased) evidence.transaction.clear();
    return std::optional(std::move(evidence));
}

}  // namespace

void explain_saved(const Question& question, const Answer& answer, const std::string& original, std::vector<Claim>& claims) {
    const auto config = std::find_if(answer.saved.begin(), answer.saved.end(), [](const File& file) { return file.config; });
    const bool installed = config != answer.saved.end();
    if ((!installed && !answer.saved_gone) || !question.known_of) return;
    const auto before = question.known_of(original);
    if (!before || !is_same_object(*before, question.now)) return;
    auto reason = fmt::format("what was known of {}, which rpm set aside", printable(original));
    claims.push_back(explanation(installed ? evidence_of(*config->package, std::move(reason)) : evidence_of_removed(*answer.saved_gone, std::move(reason))));
}

Status explain_by_writers(const Question& question, const std::string& path, const Answer& answer, Database& database, std::vector<Claim>& claims) {
    if (question.actors == nullptr || question.actors->empty() || !question.actors_complete) return {};
    const bool is_vouched = std::any_of(claims.begin(), claims.end(), [](const Claim& claim) { return claim.word == Claim::Word::vouches && claim.evidence.provider == "rpm"; });
    std::optional<Evidence> last;
    for (const auto& actor : *question.actors) {
        const auto act = act_of(*actor);
        if (!act) return {};
        auto one = act->scriptlet ? by_scriptlet(*act, database) : by_itself(*act, path, question, answer, database, is_vouched);
        if (!one) return fail(one.error());
        if (!*one) return {};
        if (!last || act->scriptlet) last = std::move(*one);
    }
    claims.push_back(explanation(std::move(*last)));
    return {};
}

}  // namespace touchstone::rpm
