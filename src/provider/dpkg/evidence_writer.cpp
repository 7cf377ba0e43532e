#include <fmt/format.h>

#include <algorithm>

#include "dpkg/evidence.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr int kRunsKept = 1000;

std::int64_t stored(WallTime time) { return time.time_since_epoch().count(); }

// As dpkg names it.
std::string info_file(const PackageArchive& package, const std::string& member) {
    const std::string architecture = package.same_for_each_architecture ? ":" + package.architecture : "";
    return "/var/lib/dpkg/info/" + package.package + architecture + "." + member;
}

KnownFile control_file(const PackageArchive& package, const ControlMember& member) {
    KnownFile known;
    known.role = Role::control;
    known.shipped = info_file(package, member.name);
    known.file.path = known.shipped;
    known.file.mode = member.mode;
    known.file.size = member.size;
    known.file.sha256 = member.sha256;
    known.file.digest = member.digest;
    return known;
}

}  // namespace

Status EvidenceWriter::in_transaction(const std::function<Status()>& work) {
    if (auto done = database_.execute("BEGIN IMMEDIATE"); !done) return done;
    auto done = work();
    if (done) done = database_.execute("COMMIT");
    if (!done && database_.in_transaction()) (void)database_.execute("ROLLBACK");
    return done;
}

Result<std::int64_t> EvidenceWriter::begin_run(const Run& run, const std::vector<PackageChange>& changes) {
    std::int64_t id = 0;
    const auto done = in_transaction([&]() -> Status {
        const auto last = database_.number("SELECT coalesce(max(id),0) FROM run");
        if (!last) return fail(last.error());
        id = *last + 1;
        auto insert = database_.query("INSERT INTO run(id,begun,ended,command,pid,started) VALUES(?1,?2,NULL,?3,?4,?5)");
        if (!insert) return fail(insert.error());
        insert->bind(1, id).bind(2, stored(run.begun)).bind_blob(3, run.command).bind(4, run.pid).bind(5, static_cast<std::int64_t>(run.started));
        if (auto row = insert->run(); !row) return row;
        auto change = database_.query("INSERT OR REPLACE INTO change(run,package,architecture,old,new,refusal) VALUES(?1,?2,?3,?4,?5,?6)");
        if (!change) return fail(change.error());
        for (const auto& each : changes) {
            change->bind(1, id).bind_blob(2, each.package).bind_blob(3, each.architecture).bind_blob(4, each.old_version);
            change->bind_blob(5, each.new_version).bind_blob(6, each.refusal);
            if (auto row = change->run(); !row) return row;
            change->rewind();
        }
        auto forget = database_.query("DELETE FROM change WHERE run<=?1");
        if (!forget) return fail(forget.error());
        if (auto row = forget->bind(1, id - kRunsKept).run(); !row) return row;
        auto forget_run = database_.query("DELETE FROM run WHERE id<=?1 AND id>(SELECT min(id) FROM run)");  // the first is when the hook was there
        if (!forget_run) return fail(forget_run.error());
        return forget_run->bind(1, id - kRunsKept).run();
    });
    if (!done) return fail(done.error());
    return id;
}

Status EvidenceWriter::end_runs(WallTime at) {
    auto query = database_.query("UPDATE run SET ended=?1 WHERE ended IS NULL");
    if (!query) return fail(query.error());
    return query->bind(1, stored(at)).run();
}

Status EvidenceWriter::refuse(std::int64_t run, const PackageKey& package, const std::string& why) {
    auto query = database_.query("UPDATE change SET refusal=?4 WHERE run=?1 AND package=?2 AND architecture=?3");
    if (!query) return fail(query.error());
    return query->bind(1, run).bind_blob(2, package.package).bind_blob(3, package.architecture).bind_blob(4, why).run();
}

Status EvidenceWriter::insert_file(std::int64_t archive, const KnownFile& known) {
    auto query = database_.query(
        "INSERT OR REPLACE INTO file(path,archive,shipped,role,type,mode,uid,gid,size,links,sha256,digest,link_target) "
        "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)");
    if (!query) return fail(query.error());
    const auto& file = known.file;
    query->bind_blob(1, file.path).bind(2, archive).bind_blob(3, known.shipped).bind(4, static_cast<std::int64_t>(known.role));
    query->bind(5, static_cast<std::int64_t>(file.type)).bind(6, file.mode).bind(7, file.uid).bind(8, file.gid);
    query->bind(9, static_cast<std::int64_t>(file.size)).bind(10, static_cast<std::int64_t>(file.links));
    return query->bind_blob(11, file.sha256).bind_blob(12, file.digest).bind_blob(13, file.link_target).run();
}

Status EvidenceWriter::add_archive(const PackageArchive& package, const Listed& listed, DigestAlgorithm digest, InRoot& in_root, WallTime now) {
    return in_transaction([&]() -> Status {
        auto old = database_.query("DELETE FROM file WHERE archive IN (SELECT id FROM archive WHERE package=?1 AND architecture=?2 AND version=?3)");
        if (!old) return fail(old.error());
        if (auto done = old->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, package.version).run(); !done) return done;
        auto insert = database_.query(
            "INSERT OR REPLACE INTO archive(id,package,architecture,version,sha256,origin,signers,algorithm,read_at) "
            "VALUES((SELECT coalesce(max(id),0)+1 FROM archive),?1,?2,?3,?4,?5,?6,?7,?8)");
        if (!insert) return fail(insert.error());
        const std::string algorithm(config_name(digest));
        insert->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, package.version).bind_blob(4, listed.sha256);
        insert->bind_blob(5, listed.origin).bind_blob(6, listed.signers).bind_blob(7, algorithm).bind(8, stored(now));
        if (auto done = insert->run(); !done) return done;
        const auto id = database_.number("SELECT max(id) FROM archive");
        if (!id) return fail(id.error());
        for (const auto& file : package.files) {
            auto path = in_root.resolved(file.path);
            if (!path) return fail(path.error());
            KnownFile known;
            known.shipped = file.path;
            known.role = file.conffile ? Role::conffile : Role::file;
            known.file = file;
            known.file.path = std::move(*path);
            if (auto done = insert_file(*id, known); !done) return done;
        }
        for (const auto& member : package.control)
            if (member.name != "control")
                if (auto done = insert_file(*id, control_file(package, member)); !done) return done;
        return {};
    });
}

Status EvidenceWriter::add_listed(const Listed& listed) {
    auto query = database_.query("INSERT OR REPLACE INTO listed(package,architecture,version,origin,signers) VALUES(?1,?2,?3,?4,?5)");
    if (!query) return fail(query.error());
    query->bind_blob(1, listed.package).bind_blob(2, listed.architecture).bind_blob(3, listed.version);
    return query->bind_blob(4, listed.origin).bind_blob(5, listed.signers).run();
}

Status EvidenceWriter::add_refusal(const PackageKey& package, const std::string& version, const std::string& why) {
    auto query = database_.query("INSERT OR REPLACE INTO refusal(package,architecture,version,reason) VALUES(?1,?2,?3,?4)");
    if (!query) return fail(query.error());
    return query->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, version).bind_blob(4, why).run();
}

}  // namespace touchstone::dpkg
