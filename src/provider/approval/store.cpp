#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "approval/store_file.hpp"
#include "store/database.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

struct ApprovalStore::Impl {
    std::unique_ptr<store::Database> database;
    approval::FileIdentity identity;
};

namespace {

Error damaged(const store::Database& database, const char* table) { return database.corrupt(fmt::format("a row of table {} is damaged", table)); }

// Columns from `first` on: used_at, absent, device, inode, size, ctime. nullopt inside: not used; outside: damaged.
std::optional<std::optional<ApprovalUse>> read_use(const store::Query& query, int first) {
    if (query.is_null(first)) return std::optional<ApprovalUse>();
    for (int i = 0; i < 6; ++i)
        if (!query.is_integer(first + i)) return std::nullopt;
    const auto time = [&](int column) { return WallTime(Nanoseconds(query.integer(column))); };
    const auto bits = [&](int column) { return static_cast<std::uint64_t>(query.integer(column)); };
    return ApprovalUse{time(first), query.integer(first + 1) != 0, {bits(first + 2), bits(first + 3)}, bits(first + 4), time(first + 5)};
}

std::optional<StoredApproval> read_approval(const store::Query& query) {
    if (!query.is_blob(0) || !query.is_blob(1) || !query.is_integer(2) || !query.is_blob(3)) return std::nullopt;
    return StoredApproval{std::string(query.blob(0)), std::string(query.blob(1)), WallTime(Nanoseconds(query.integer(2))),
                          std::string(query.blob(3))};
}

// Calls `row` for each row until it says false: then the table is damaged.
Status each_row(store::Database& database, store::Query& query, const char* table, const std::function<bool()>& row) {
    for (;;) {
        const auto found = query.step();
        if (!found) return fail(found.error());
        if (!*found) return {};
        if (!row()) return fail(damaged(database, table));
    }
}

// Ends the transaction as `work` ended.
Status in_transaction(store::Database& database, const std::function<Status()>& work) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    auto done = work();
    if (done) done = database.execute("COMMIT");
    if (!done && database.in_transaction()) static_cast<void>(database.execute("ROLLBACK"));
    return done;
}

Status insert(store::Database& database, const StoredApproval& approval, const std::vector<std::string>& paths) {
    auto row = database.query("INSERT INTO approval(id,file,submitted_at,submitted_by) VALUES(?1,?2,?3,?4)");
    if (!row) return fail(row.error());
    row->bind_blob(1, approval.id)
        .bind_blob(2, approval.file)
        .bind(3, approval.submitted_at.time_since_epoch().count())
        .bind_blob(4, approval.submitted_by);
    if (auto done = row->run(); !done) return done;
    auto change = database.query("INSERT INTO change(path,approval) VALUES(?1,last_insert_rowid())");
    if (!change) return fail(change.error());
    for (const auto& path : paths) {
        if (auto done = change->bind_blob(1, path).run(); !done) return done;
        change->rewind();
    }
    return {};
}

}  // namespace

ApprovalUse use_of(const Observation& now) {
    ApprovalUse use{now.looked_at, now.absent(), {}, 0, {}};
    if (const auto* seen = now.attributes()) {
        use.object = seen->id;
        use.size = seen->size;
        use.ctime = seen->ctime;
    }
    return use;
}

bool is_used_state(const ApprovalUse& use, const Observation& observation) {
    if (observation.unreadable() || use.absent != observation.absent()) return false;
    auto same = use_of(observation);
    same.at = use.at;
    return same == use;
}

ApprovalStore::ApprovalStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApprovalStore::ApprovalStore(ApprovalStore&&) noexcept = default;
ApprovalStore& ApprovalStore::operator=(ApprovalStore&&) noexcept = default;
ApprovalStore::~ApprovalStore() = default;

Result<std::optional<ApprovalStore>> ApprovalStore::open(const std::string& state_directory) {
    const auto file = approvals_file(state_directory);
    auto database = approval::open_to_read(file);
    if (!database) return fail(database.error());
    if (!*database) return std::nullopt;
    return std::optional<ApprovalStore>(ApprovalStore(std::make_unique<Impl>(Impl{std::move(*database), approval::identity_of(file)})));
}

Result<ApprovalStore> ApprovalStore::open_to_write(const std::string& state_directory) {
    const auto file = approvals_file(state_directory);
    auto database = approval::open_to_write(state_directory, file);
    if (!database) return fail(database.error());
    return ApprovalStore(std::make_unique<Impl>(Impl{std::move(*database), approval::identity_of(file)}));
}

bool ApprovalStore::is_current() const { return approval::identity_of(impl_->database->file()) == impl_->identity; }

Result<bool> ApprovalStore::add(const StoredApproval& approval, const std::vector<std::string>& paths) {
    auto& database = *impl_->database;
    // Once taken in it is there after a power loss, so that it is not taken twice: the commit waits for the disk. A use does not: what it belongs to,
    // the reported finding, does not either.
    if (auto set = database.execute("PRAGMA synchronous=FULL"); !set) return fail(set.error());
    bool seen = false;
    const auto done = in_transaction(database, [&]() -> Status {
        const auto before = find(approval.id);
        if (!before) return fail(before.error());
        seen = before->has_value();
        return seen ? Status{} : insert(database, approval, paths);
    });
    if (!done) return fail(done.error());
    return !seen;
}

Status ApprovalStore::mark_used(const std::string& id, const std::string& path, const ApprovalUse& use) {
    auto query = impl_->database->query(
        "UPDATE change SET used_at=?3,absent=?4,device=?5,inode=?6,size=?7,ctime=?8 WHERE path=?1 AND approval=(SELECT sequence FROM approval WHERE "
        "id=?2)");
    if (!query) return fail(query.error());
    const auto bits = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    query->bind_blob(1, path).bind_blob(2, id).bind(3, use.at.time_since_epoch().count()).bind(4, use.absent ? 1 : 0);
    query->bind(5, bits(use.object.device)).bind(6, bits(use.object.inode)).bind(7, bits(use.size)).bind(8, use.ctime.time_since_epoch().count());
    if (auto done = query->run(); !done) return done;
    if (impl_->database->changes() == 1) return {};
    return fail(
        Error{fmt::format("{}: approval {} of {} is not there any more", impl_->database->file(), id, printable(path)), ErrorKind::corrupt, 0});
}

Result<std::optional<StoredApproval>> ApprovalStore::find(const std::string& id) {
    auto query = impl_->database->query("SELECT id,file,submitted_at,submitted_by FROM approval WHERE id=?1");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, id).step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    auto approval = read_approval(*query);
    if (!approval) return fail(damaged(*impl_->database, "approval"));
    return approval;
}

Result<std::vector<ApprovalStore::Mention>> ApprovalStore::mentions_of(const std::string& path) {
    auto query = impl_->database->query(
        "SELECT id,submitted_at,used_at,absent,device,inode,size,ctime FROM change JOIN approval ON approval.sequence=change.approval WHERE path=?1 "
        "ORDER BY sequence");
    if (!query) return fail(query.error());
    query->bind_blob(1, path);
    std::vector<Mention> out;
    auto read = each_row(*impl_->database, *query, "change", [&] {
        const auto use = read_use(*query, 2);
        const bool good = use && query->is_integer(1);
        if (good) out.push_back({std::string(query->blob(0)), WallTime(Nanoseconds(query->integer(1))), *use});
        return good;
    });
    if (!read) return fail(read.error());
    return out;
}

Result<std::vector<std::pair<std::string, ApprovalUse>>> ApprovalStore::uses_of(const std::string& id) {
    auto query = impl_->database->query(
        "SELECT path,used_at,absent,device,inode,size,ctime FROM change WHERE used_at IS NOT NULL AND approval=(SELECT sequence FROM approval WHERE "
        "id=?1) ORDER BY path");
    if (!query) return fail(query.error());
    query->bind_blob(1, id);
    std::vector<std::pair<std::string, ApprovalUse>> out;
    auto read = each_row(*impl_->database, *query, "change", [&] {
        const auto use = read_use(*query, 1);
        if (use && *use) out.emplace_back(query->blob(0), **use);
        return use && *use;
    });
    if (!read) return fail(read.error());
    return out;
}

Status ApprovalStore::each(const std::function<void(StoredApproval)>& visit) {
    auto query = impl_->database->query("SELECT id,file,submitted_at,submitted_by FROM approval ORDER BY sequence");
    if (!query) return fail(query.error());
    return each_row(*impl_->database, *query, "approval", [&] {
        auto approval = read_approval(*query);
        if (approval) visit(std::move(*approval));
        return approval.has_value();
    });
}

Result<bool> ApprovalStore::leave_report(const std::string& line) {
    auto& database = *impl_->database;
    auto query = database.query("INSERT INTO report(line) SELECT ?1 WHERE (SELECT count(*) FROM report)<?2");
    if (!query) return fail(query.error());
    if (auto done = query->bind_blob(1, line).bind(2, kMaxReports).run(); !done) return fail(done.error());
    return database.changes() == 1;
}

Result<std::vector<std::string>> ApprovalStore::take_reports() {
    auto& database = *impl_->database;
    std::vector<std::string> out;
    const auto done = in_transaction(database, [&]() -> Status {
        auto query = database.query("SELECT line FROM report ORDER BY sequence");
        if (!query) return fail(query.error());
        auto read = each_row(database, *query, "report", [&] {
            out.emplace_back(query->blob(0));
            return query->is_blob(0);
        });
        return read ? database.execute("DELETE FROM report") : read;
    });
    if (!done) return fail(done.error());
    return out;
}

}  // namespace touchstone
