// Maintainer scripts as they are when a run of apt begins.
#include <array>

#include "dpkg/collector.hpp"
#include "dpkg/installed_files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::array kScriptMembers{"preinst", "postinst", "prerm", "postrm"};

Status insert_script(store::Database& database, std::int64_t run, const StandingScript& script) {
    auto query = database.query("INSERT OR REPLACE INTO script(run,path,package,architecture,version,proof,sha256,signers) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)");
    if (!query) return fail(query.error());
    query->bind(1, run).bind_blob(2, script.path).bind_blob(3, script.package.package).bind_blob(4, script.package.architecture);
    query->bind_blob(5, script.version).bind(6, static_cast<std::int64_t>(script.proof));
    return query->bind_blob(7, script.sha256).bind_blob(8, script.signers).run();
}

}  // namespace

Status Collector::remember_scripts(std::int64_t run, const PackageKey& package, const PackageStatus& status) {
    const auto listed = reader_.listed(package, status.version);
    if (!listed) return fail(listed.error());
    const auto first = reader_.first_run();
    if (!first) return fail(first.error());
    std::vector<StandingScript> scripts;
    for (const auto* member : kScriptMembers) {
        StandingScript script{StandingScript::Proof::unverified, info_base(package, status) + "." + member, package, status.version, {}, {}};
        const auto file = open_file(in_root_.outside(script.path));
        auto sha256 = file ? sha256_of_file(file->get()) : Result<std::string>(fail(file.error()));
        if (!sha256) continue;  // it has none
        script.sha256 = std::move(*sha256);
        const auto known = reader_.file_of(package, status.version, script.path);
        if (!known) return fail(known.error());
        if (*known && !(*known)->weak) {
            script.proof = (*known)->file.sha256 == script.sha256 ? StandingScript::Proof::verified : StandingScript::Proof::altered;
            script.signers = (*known)->signers;
        } else if (!*listed || came_since(*first, in_root_.outside(script.path))) {
            continue;  // nobody vouches for a package that no signed list has, or that evaded this hook
        }
        scripts.push_back(std::move(script));
    }
    return writer_.add_scripts(run, scripts);
}

Status EvidenceWriter::add_scripts(std::int64_t run, const std::vector<StandingScript>& scripts) {
    if (scripts.empty()) return {};
    return in_transaction([&]() -> Status {
        for (const auto& script : scripts)
            if (auto done = insert_script(database_, run, script); !done) return done;
        auto forget = database_.query("DELETE FROM script WHERE run<=?1");
        if (!forget) return fail(forget.error());
        return forget->bind(1, run - kScriptRuns).run();
    });
}

Result<std::optional<StandingScript>> EvidenceReader::script_at(std::int64_t run, const std::string& path) {
    auto query = database_.query("SELECT proof,package,architecture,version,sha256,signers FROM script WHERE run=?1 AND path=?2");
    if (!query) return fail(query.error());
    const auto row = query->bind(1, run).bind_blob(2, path).step();
    if (!row) return fail(row.error());
    if (!*row) return std::optional<StandingScript>();
    if (!query->is_integer(0) || query->integer(0) < 0 || query->integer(0) > 2) return fail(database_.corrupt("a script's row is none"));
    const auto text = [&](int column) { return std::string(query->blob(column)); };
    return std::optional(StandingScript{static_cast<StandingScript::Proof>(query->integer(0)), path, {text(1), text(2)}, text(3), text(4), text(5)});
}

}  // namespace touchstone::dpkg
