#include "dpkg/collector.hpp"

#include <fmt/format.h>

#include "dpkg/installed_files.hpp"
#include "hasher.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

// dpkg writes PACKAGE.list itself, of the archive's paths in their order.
ControlMember list_member(const PackageArchive& package, Hasher& sha256, Hasher* digest) {
    ControlMember member;
    member.name = "list";
    member.mode = 0644;
    sha256.begin();
    if (digest) digest->begin();
    for (const auto& file : package.files) {
        const auto line = (file.path == "/" ? std::string("/.") : file.path) + "\n";
        member.size += line.size();
        sha256.update(line);
        if (digest) digest->update(line);
    }
    member.sha256 = sha256.finish();
    if (digest) member.digest = digest->finish();
    return member;
}

Status add_list(PackageArchive& package, DigestAlgorithm algorithm) {
    auto sha256 = Hasher::make(DigestAlgorithm::sha256);
    if (!sha256) return fail(sha256.error());
    if (algorithm == DigestAlgorithm::sha256) {
        package.control.push_back(list_member(package, *sha256, nullptr));
        return {};
    }
    auto other = Hasher::make(algorithm);
    if (!other) return fail(other.error());
    package.control.push_back(list_member(package, *sha256, &*other));
    return {};
}

}  // namespace

Collector::Collector(const PackageEvidence& evidence, store::Database& database)
    : evidence_(evidence), reader_(database), writer_(database), accounts_(Accounts::read(evidence.root)), in_root_(evidence.root) {
    const auto read = StatusDatabase::shared(evidence.root)->read();
    if (read)
        status_ = *read;
    else
        refuse(read.error().what);
}

void Collector::refuse(std::string why) { report.refused.push_back({"", "", "", "", std::move(why)}); }

void Collector::hash(Candidate& candidate) {
    if (out_of_time()) {
        candidate.refusal = "there was no time left to verify it";
        return;
    }
    auto file = open_file(candidate.path);
    auto sha256 = file ? sha256_of_file(file->get()) : Result<std::string>(fail(file.error()));
    if (!sha256) {
        candidate.refusal = sha256.error().what;
        return;
    }
    candidate.file = std::move(*file);
    candidate.sha256 = std::move(*sha256);
}

bool Collector::wants(const Listed& listed) const {
    return wanted_digests_.contains(listed.sha256) || wanted_versions_.contains({{listed.package, listed.architecture}, listed.version});
}

Status Collector::search(const std::vector<Candidate>& candidates) {
    for (const auto& candidate : candidates)
        if (!candidate.sha256.empty()) wanted_digests_.insert(candidate.sha256);
    for (const auto& [package, status] : installed()) {
        const auto has = reader_.has_archive(package, status.version);
        if (!has) return fail(has.error());
        const auto known = reader_.listed(package, status.version);
        if (!known) return fail(known.error());
        if (!*has && !*known) wanted_versions_.insert({package, status.version});
    }
    if (wanted_digests_.empty() && wanted_versions_.empty()) return {};
    const auto wanted = [&](const Listed& listed) {
        if (installed().contains({listed.package, listed.architecture})) named_.insert({listed.package, listed.architecture});
        return wants(listed);
    };
    std::vector<std::string> bad_lists;
    search_lists(evidence_.root, wanted,
                 [&](Listed listed) {
                     if (wanted_digests_.contains(listed.sha256)) by_digest_.emplace(listed.sha256, listed);
                     listed_.push_back(std::move(listed));
                 },
                 bad_lists);
    for (auto& why : bad_lists) refuse(std::move(why));
    for (const auto& listed : listed_)
        if (wanted_versions_.contains({{listed.package, listed.architecture}, listed.version}))
            if (auto done = writer_.add_listed(listed); !done) return done;
    return {};
}

Result<PackageArchive> Collector::read_whole(const Candidate& candidate, const Listed& listed) {
    auto package = read_archive(candidate.file.get(), candidate.sha256, evidence_.digest);
    if (!package) return package;
    const bool is_listed = package->package == listed.package && package->version == listed.version && package->architecture == listed.architecture;
    const bool is_asked = candidate.package == PackageKey{package->package, package->architecture} && candidate.version == package->version;
    if (!is_listed || !is_asked)
        return fail(Error{fmt::format("it is {} {} ({}), which is not what was announced", printable(package->package), printable(package->version),
                                      printable(package->architecture)),
                          ErrorKind::bad_input, 0});
    for (auto& file : package->files) {
        file.uid = accounts_.user(file.user).value_or(file.uid);
        file.gid = accounts_.group(file.group).value_or(file.gid);
    }
    if (auto done = add_list(*package, evidence_.digest); !done) return fail(done.error());
    return package;
}

// An error is of the database: nothing more can be remembered.
Status Collector::read(Candidate& candidate) {
    const auto listed = by_digest_.find(candidate.sha256);
    if (!candidate.refusal.empty() || listed == by_digest_.end()) {
        if (candidate.refusal.empty()) candidate.refusal = "no signed archive list has a package of this SHA-256";
        return {};
    }
    if (out_of_time()) {
        candidate.refusal = "there was no time left to verify it";
        return {};
    }
    const auto package = read_whole(candidate, listed->second);
    if (!package) {
        candidate.refusal = package.error().what;
        return {};
    }
    auto done = writer_.add_archive(*package, listed->second, evidence_.digest, in_root_, evidence_.wall_now());
    if (done || done.error().kind != ErrorKind::bad_input) return done;
    candidate.refusal = done.error().what;  // a path that may not be followed
    return {};
}

Status Collector::verify(std::vector<Candidate>& candidates) {
    for (auto& candidate : candidates) hash(candidate);
    if (auto done = search(candidates); !done) return done;
    for (auto& candidate : candidates) {
        if (auto done = read(candidate); !done) return done;
        candidate.file.reset();
        if (candidate.refusal.empty()) {
            ++report.verified;
            continue;
        }
        report.refused.push_back({candidate.package.package, candidate.package.architecture, candidate.version, candidate.path, candidate.refusal});
        if (auto done = writer_.add_refusal(candidate.package, candidate.version, candidate.refusal); !done) return done;
    }
    return {};
}

}  // namespace touchstone::dpkg
