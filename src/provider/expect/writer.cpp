#include "writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "touchstone/bytes.hpp"
#include "touchstone/cgroup_names.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

bool is_in_state(const Observation& looked, const std::string& path) {
    const Attributes* was = looked.attributes();
    const auto fd = open_nofollow(path, 0);
    if (!fd || was == nullptr) return false;
    const auto now = stat_at(fd->get(), "");
    return now && now->id == was->id && now->size == was->size && now->ctime == was->ctime && !is_racy(was->ctime, looked.looked_at);
}

// Of "nginx 1.22.1-9 (amd64)" the name.
std::string_view package_in(std::string_view source) { return source.substr(0, source.find(' ')); }

}  // namespace

Result<WriterCheck> WriterCheck::make() {
    auto observer = Observer::make(DigestAlgorithm::sha256);
    if (!observer) return fail(observer.error());
    return WriterCheck(std::move(*observer));
}

const Observation& WriterCheck::look(const std::string& path, const Question& question) {
    const auto known = looked_.find(path);
    if (known != looked_.end() && is_in_state(known->second, path)) return known->second;
    if (looked_.size() >= kMostPrograms) looked_.clear();
    return looked_.insert_or_assign(path, observer_.look(path, {}, question.at)).first->second;
}

std::string WriterCheck::fault(const Expectation& expectation, std::optional<std::uint32_t> user, const Actor& actor, const Question& question) {
    const Process& process = actor.process;
    if (!expectation.unit.empty() && systemd_unit_in(process.cgroup) != expectation.unit) return fmt::format("pid {} is not of unit {}", process.pid, expectation.unit);
    if (user && process.uid != *user) return fmt::format("pid {} runs as user {}", process.pid, process.uid);
    if (expectation.executable.empty()) return "";
    if (process.executable != expectation.executable) return fmt::format("pid {} is {}", process.pid, process.executable.empty() ? "unknown" : process.executable);
    return program_fault(expectation, question);
}

std::string WriterCheck::program_fault(const Expectation& expectation, const Question& question) {
    const std::string& path = expectation.executable;
    if (expectation.sha256.empty() && expectation.package.empty()) return baseline_fault(path, question);
    const Observation& program = look(path, question);
    const Attributes* seen = program.attributes();
    if (seen == nullptr) return path + " could not be read";
    if (!expectation.sha256.empty() && to_hex(seen->digest) != expectation.sha256) return path + " has another digest";
    if (expectation.package.empty()) return "";
    const auto claims = question.ask_of ? question.ask_of(program) : std::vector<Claim>();
    const bool vouched = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
        return claim.word == Claim::Word::vouches && !claim.evidence.weak && package_in(claim.evidence.source) == expectation.package;
    });
    return vouched ? "" : fmt::format("{} is not what package {} has", path, expectation.package);
}

// It may be of another algorithm than SHA-256, so its state is enough: what is known was looked at when it was in just this state.
std::string WriterCheck::baseline_fault(const std::string& path, const Question& question) {
    const auto known = question.known_of ? question.known_of(path) : std::nullopt;
    if (!known || !known->attributes()) return path + " is not in the baseline: give its sha256 or package";
    return is_in_state(*known, path) ? "" : path + " is not as it is known to be";
}

}  // namespace touchstone
