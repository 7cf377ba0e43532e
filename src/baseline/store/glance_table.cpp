#include "store/glance_table.hpp"

#include "store/directory_steps.hpp"
#include "store/integers.hpp"
#include "store/object_row.hpp"
#include "store/object_table.hpp"
#include "store/stored.hpp"

namespace touchstone::store {
namespace {

constexpr DirectorySteps kGlanceSteps{"SELECT 1 FROM glance WHERE dir=?1 LIMIT 1",
                                      "SELECT dir FROM glance WHERE dir>?1 AND dir<?2 ORDER BY dir LIMIT 1"};
constexpr const char* kDamagedGlance = "a row of table glance is damaged";
// A longer row of a table WITHOUT ROWID would leave its page (of 16384 bytes) for one of its own.
constexpr std::size_t kFullPart = 3500;

// Where the fixed values of a packed glance begin; the name follows them.
struct Offset {
    enum : std::size_t { length = 0, unreadable = 4, type = 5, device = 6, inode = 14, size = 22, ctime = 30, looked_at = 38, name = 46 };
};

// Says the parts of the table, in the order of their key, as the rows of table `object` make them.
class Packer {
public:
    using Visitor = std::function<Status(std::string_view directory, std::int64_t part, std::string_view names)>;
    explicit Packer(Visitor visit) : visit_(std::move(visit)) {}

    Status add(std::string_view directory, const Glance& glance) {
        if (directory != directory_ || packed_.size() >= kFullPart) {
            if (auto done = finish(); !done) return done;
            part_ = directory == directory_ ? part_ + 1 : 0;
            directory_.assign(directory);
        }
        append_glance(packed_, glance);
        return {};
    }

    Status finish() {
        if (packed_.empty()) return {};
        auto done = visit_(directory_, part_, packed_);
        packed_.clear();
        return done;
    }

private:
    Visitor visit_;
    std::string directory_;
    std::int64_t part_ = 0;
    std::string packed_;
};

Status pack_objects(Database& database, const Packer::Visitor& visit) {
    // "/" is in no directory.
    auto query = database.query("SELECT " TS_GLANCE_COLUMNS ",dir FROM object WHERE dir>x'' ORDER BY dir,name");
    if (!query) return fail(query.error());
    Packer packer(visit);
    Ascending order;
    Glance glance;
    for (bool absent = false;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return packer.finish();
        const auto directory = query->blob(kGlanceColumns);
        if (!read_glance(*query, glance, absent) || absent || !order.advance(directory, glance.name))
            return fail(database.corrupt("a row of table object is damaged"));
        if (auto done = packer.add(directory, glance); !done) return done;
    }
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

Status GlanceTable::fill() {
    return pack_objects(*database_, [&](std::string_view directory, std::int64_t part, std::string_view names) -> Status {
        auto query = database_->query("INSERT INTO glance(dir,part,names) VALUES(?1,?2,?3)");
        if (!query) return fail(query.error());
        return query->bind_blob(1, directory).bind(2, part).bind_blob(3, names).run();
    });
}

Status GlanceTable::verify() {
    auto kept = database_->query("SELECT dir,part,names FROM glance ORDER BY dir,part");
    if (!kept) return fail(kept.error());
    const auto differs = [&] { return fail(database_->corrupt("table glance does not say what table object says")); };
    auto compared = pack_objects(*database_, [&](std::string_view directory, std::int64_t part, std::string_view names) -> Status {
        const auto row = kept->step();
        if (!row) return fail(row.error());
        if (!*row || kept->blob(0) != directory || !kept->is_integer(1) || kept->integer(1) != part || kept->blob(2) != names)
            return differs();
        return {};
    });
    if (!compared) return compared;
    const auto more = kept->step();
    if (!more) return fail(more.error());
    return *more ? differs() : Status{};
}

Status GlanceTable::children(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    auto query = database_->query("SELECT names FROM glance WHERE dir=?1 ORDER BY part");
    if (!query) return fail(query.error());
    query->bind_blob(1, directory);
    Glance glance;
    for (std::string last;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        const auto value = query->value(0);
        GlanceTaker taker(value.is_blob() ? value.blob() : std::string_view{});
        if (!taker.more()) return fail(database_->corrupt(kDamagedGlance));  // rows without a name could go on for ever
        for (; taker.more(); last.swap(glance.name)) {
            if (!taker.take(glance) || glance.name <= last) return fail(database_->corrupt(kDamagedGlance));
            if (!visit(glance)) return {};
        }
    }
}

Result<std::optional<std::string>> GlanceTable::next_directory(const std::string& scope, const std::string& after) {
    return store::next_directory(*database_, kGlanceSteps, scope, after);
}

}  // namespace touchstone::store
