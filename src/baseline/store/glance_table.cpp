#include "store/glance_table.hpp"

#include "store/baseline_objects.hpp"
#include "store/integers.hpp"
#include "store/stored.hpp"

namespace touchstone::store {
namespace {

constexpr const char* kDamagedGlance = "a row of table glance is damaged";
constexpr std::size_t kFullGlances = 3500;

// Where the fixed values of a packed glance begin; the name follows them.
struct Offset {
    enum : std::size_t { length = 0, unreadable = 4, type = 5, device = 6, inode = 14, size = 22, ctime = 30, looked_at = 38, name = 46 };
};

// Says the rows of the table, in their order, as the rows of table `object` make them.
class GlancePacker {
public:
    using Visitor = std::function<Status(std::int64_t number, std::int64_t directory, std::string_view names)>;
    explicit GlancePacker(const Visitor& visit) : visit_(visit) {}

    Status add(std::int64_t directory, const Glance& glance) {
        if (directory != directory_ || packed_.size() >= kFullGlances) {
            if (auto done = finish(); !done) return done;
            directory_ = directory;
        }
        append_glance(packed_, glance);
        return {};
    }

    Status finish() {
        if (packed_.empty()) return {};
        auto done = visit_(number_++, directory_, packed_);
        packed_.clear();
        return done;
    }

    std::int64_t number() const { return number_; }  // of the row that the last glance is in

private:
    const Visitor& visit_;
    std::int64_t number_ = 1;
    std::int64_t directory_ = 0;
    std::string packed_;
};

Status pack_objects(Database& database, const GlancePacker::Visitor& visit, const GlanceTable::Placed& placed) {
    RowCursor cursor(database, "/");  // "/" itself is in no directory
    GlancePacker packer(visit);
    Glance glance;
    for (bool absent = false;;) {
        const auto row = cursor.next();
        if (!row) return fail(row.error());
        if (!*row) return packer.finish();
        if (!read_glance(cursor.row(), glance, absent) || absent) return fail(database.corrupt(kDamagedRow));
        if (auto done = packer.add(cursor.directory_id(), glance); !done) return done;
        placed(glance.id, packer.number());
    }
}

// Of one row, in which names ascend from `last` on, which becomes the last of them. False: damaged.
template <class Visit>
bool take_names(const Value& names, std::string& last, Glance& glance, Visit visit) {
    GlanceTaker taker(names.is_blob() ? names.blob() : std::string_view{});
    if (!taker.more()) return false;  // rows without a name could go on for ever
    for (bool more = true; more && taker.more(); last.swap(glance.name)) {
        if (!taker.take(glance) || glance.name <= last) return false;
        more = visit();
    }
    return true;
}

}  // namespace

void append_glance(std::string& out, const Glance& glance) {
    const auto at = out.size();
    out.resize(at + Offset::name);
    char* bytes = out.data() + at;
    put_integer(bytes + Offset::length, static_cast<std::uint32_t>(glance.name.size()));
    put_integer(bytes + Offset::unreadable, static_cast<std::uint8_t>(glance.unreadable));
    put_integer(bytes + Offset::type, static_cast<std::uint8_t>(glance.type));
    put_integer(bytes + Offset::device, glance.id.device);
    put_integer(bytes + Offset::inode, glance.id.inode);
    put_integer(bytes + Offset::size, glance.size);
    put_integer(bytes + Offset::ctime, to_stored(glance.ctime));
    put_integer(bytes + Offset::looked_at, to_stored(glance.looked_at));
    out += glance.name;
}

bool GlanceTaker::take(Glance& glance) {
    if (rest_.size() < Offset::name) return false;
    const char* bytes = rest_.data();
    const auto length = integer_at<std::uint32_t>(bytes + Offset::length);
    if (length > rest_.size() - Offset::name || static_cast<unsigned char>(bytes[Offset::unreadable]) > 1) return false;
    const auto found = file_type(static_cast<unsigned char>(bytes[Offset::type]));
    glance.name.assign(bytes + Offset::name, length);
    if (!found || !is_stored_name("/", glance.name)) return false;
    glance.unreadable = bytes[Offset::unreadable] != 0;
    glance.type = *found;
    glance.id = {integer_at<std::uint64_t>(bytes + Offset::device), integer_at<std::uint64_t>(bytes + Offset::inode)};
    glance.size = integer_at<std::uint64_t>(bytes + Offset::size);
    glance.ctime = time_from_stored(integer_at<std::int64_t>(bytes + Offset::ctime));
    glance.looked_at = time_from_stored(integer_at<std::int64_t>(bytes + Offset::looked_at));
    rest_.remove_prefix(Offset::name + length);
    return true;
}

Status GlanceTable::fill(const Placed& placed) {
    const auto insert = [&](std::int64_t number, std::int64_t directory, std::string_view names) -> Status {
        auto query = database_->query("INSERT INTO glance(number,dir,names) VALUES(?1,?2,?3)");
        if (!query) return fail(query.error());
        return query->bind(1, number).bind(2, directory).bind_blob(3, names).run();
    };
    return pack_objects(*database_, insert, placed);
}

Status GlanceTable::verify() {
    auto kept = database_->query("SELECT number,dir,names FROM glance ORDER BY number");
    if (!kept) return fail(kept.error());
    const auto differs = [&] { return fail(database_->corrupt("table glance does not say what table object says")); };
    const auto compare = [&](std::int64_t number, std::int64_t directory, std::string_view names) -> Status {
        const auto row = kept->step();
        if (!row) return fail(row.error());
        if (!*row || kept->integer(0) != number || kept->integer(1) != directory || kept->blob(2) != names) return differs();
        return {};
    };
    if (auto compared = pack_objects(*database_, compare, [](ObjectId, std::int64_t) {}); !compared) return compared;
    const auto more = kept->step();
    if (!more) return fail(more.error());
    return *more ? differs() : Status{};
}

Status GlanceTable::each(const Placed& placed) {
    auto query = database_->query("SELECT number,names FROM glance ORDER BY number");
    if (!query) return fail(query.error());
    Glance glance;
    for (std::int64_t last = 0;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        const auto number = query->integer(0);
        std::string before;
        if (number <= last || !take_names(query->value(1), before, glance, [&] { return placed(glance.id, number), true; }))
            return fail(database_->corrupt(kDamagedGlance));
        last = number;
    }
}

Status GlanceTable::row(std::int64_t number, const std::function<void(std::string_view directory, const Glance&)>& visit) {
    auto query = database_->query("SELECT path,names FROM glance JOIN directory ON id=dir WHERE number=?1");
    if (!query) return fail(query.error());
    query->bind(1, number);
    const auto row = query->step();
    if (!row) return fail(row.error());
    Glance glance;
    std::string before;
    const auto directory = *row && query->is_blob(0) ? query->blob(0) : std::string_view{};
    if (!is_stored_name(directory, "name") || !take_names(query->value(1), before, glance, [&] { return visit(directory, glance), true; }))
        return fail(database_->corrupt(kDamagedGlance));
    return {};
}

Status GlanceTable::children(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    auto query = database_->query("SELECT names FROM glance WHERE dir=(SELECT id FROM directory WHERE path=?1) ORDER BY number");
    if (!query) return fail(query.error());
    query->bind_blob(1, directory);
    Glance glance;
    std::string last;
    for (bool more = true; more;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) break;
        if (!take_names(query->value(0), last, glance, [&] { return more = visit(glance); })) return fail(database_->corrupt(kDamagedGlance));
    }
    return {};
}

}  // namespace touchstone::store
