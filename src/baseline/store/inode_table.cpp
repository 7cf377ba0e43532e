#include "store/inode_table.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "store/glance_table.hpp"
#include "store/integers.hpp"
#include "store/stored.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::store {
namespace {

constexpr const char* kDamagedInodes = "a row of table inode is damaged";
constexpr std::size_t kInodeRowSize = 2 * sizeof(std::int64_t);
constexpr std::size_t kFullInodes = 4000;  // four of a page

// Says the rows of the table. All entries of one inode are in one row.
class InodePacker {
public:
    using Visitor = std::function<Status(std::int64_t least, std::string_view rows)>;
    explicit InodePacker(const Visitor& visit) : visit_(visit) {}

    Status add(const InodeRow& entry) {
        if (packed_.size() >= kFullInodes && entry.inode != last_)
            if (auto done = finish(); !done) return done;
        if (packed_.empty()) least_ = entry.inode;
        last_ = entry.inode;
        append_integer(packed_, entry.inode);
        append_integer(packed_, entry.number);
        return {};
    }

    Status finish() {
        if (packed_.empty()) return {};
        auto done = visit_(least_, packed_);
        packed_.clear();
        return done;
    }

private:
    const Visitor& visit_;
    std::int64_t least_ = 0, last_ = 0;
    std::string packed_;
};

Status pack(Database& database, InodeRows& rows, const InodePacker::Visitor& visit) {
    InodePacker packer(visit);
    for (;;) {
        const auto taken = rows.take();
        for (const auto& entry : taken.rows)
            if (auto done = packer.add(entry); !done) return done;
        if (!taken.left_out) return packer.finish();
        if (auto read = GlanceTable(database).each([&](ObjectId id, std::int64_t number) { rows.add(id, number); }); !read) return read;
    }
}

}  // namespace

void InodeRows::add(ObjectId id, std::int64_t number) {
    if (id == ObjectId{}) return;  // nothing was seen of it
    const InodeRow row{to_stored(id.inode), number};
    if ((after_ && row <= *after_) || (before_ && row >= *before_)) return;
    rows_.push_back(row);
    if (rows_.size() == 2 * room_) cut();
}

void InodeRows::cut() {
    const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(room_);
    std::nth_element(rows_.begin(), end, rows_.end());
    before_ = *end;
    rows_.erase(end, rows_.end());
}

InodeRows::Taken InodeRows::take() {
    if (rows_.size() > room_) cut();
    Taken taken{std::exchange(rows_, {}), before_.has_value()};
    std::sort(taken.rows.begin(), taken.rows.end());
    taken.rows.erase(std::unique(taken.rows.begin(), taken.rows.end()), taken.rows.end());
    if (!taken.rows.empty()) after_ = taken.rows.back();
    before_.reset();
    return taken;
}

Status InodeTable::fill(InodeRows& rows) {
    return pack(*database_, rows, [&](std::int64_t least, std::string_view packed) -> Status {
        auto query = database_->query("INSERT INTO inode(least,rows) VALUES(?1,?2)");
        if (!query) return fail(query.error());
        return query->bind(1, least).bind_blob(2, packed).run();
    });
}

Status InodeTable::verify() {
    auto kept = database_->query("SELECT least,rows FROM inode ORDER BY least");
    if (!kept) return fail(kept.error());
    const auto differs = [&] { return fail(database_->corrupt("table inode does not say what table glance says")); };
    InodeRows rows;
    if (auto read = GlanceTable(*database_).each([&](ObjectId id, std::int64_t number) { rows.add(id, number); }); !read) return read;
    auto compared = pack(*database_, rows, [&](std::int64_t least, std::string_view packed) -> Status {
        const auto row = kept->step();
        if (!row) return fail(row.error());
        return *row && kept->integer(0) == least && kept->blob(1) == packed ? Status{} : differs();
    });
    if (!compared) return compared;
    const auto more = kept->step();
    if (!more) return fail(more.error());
    return *more ? differs() : Status{};
}

Result<std::vector<std::int64_t>> InodeTable::rows_of(std::int64_t inode) {
    auto query = database_->query("SELECT rows FROM inode WHERE least<=?1 ORDER BY least DESC LIMIT 1");
    if (!query) return fail(query.error());
    query->bind(1, inode);
    const auto row = query->step();
    if (!row) return fail(row.error());
    std::vector<std::int64_t> numbers;
    if (!*row) return numbers;
    const auto value = query->value(0);
    const auto packed = value.is_blob() ? value.blob() : std::string_view{};
    if (packed.empty() || packed.size() % kInodeRowSize != 0) return fail(database_->corrupt(kDamagedInodes));
    std::optional<InodeRow> last;
    for (std::size_t at = 0; at < packed.size(); at += kInodeRowSize) {
        const InodeRow entry{integer_at<std::int64_t>(&packed[at]), integer_at<std::int64_t>(&packed[at + sizeof(std::int64_t)])};
        if (last && entry <= *last) return fail(database_->corrupt(kDamagedInodes));
        if (entry.inode == inode) numbers.push_back(entry.number);
        last = entry;
    }
    return numbers;
}

Result<std::vector<std::string>> InodeTable::paths_of(ObjectId id) {
    const auto numbers = rows_of(to_stored(id.inode));
    if (!numbers) return fail(numbers.error());
    std::vector<std::string> paths;
    GlanceTable glances(*database_);
    for (const auto number : *numbers) {
        const auto keep = [&](std::string_view directory, const Glance& glance) {
            if (glance.id == id) paths.push_back(join_path(directory, glance.name));
        };
        if (auto read = glances.row(number, keep); !read) return fail(read.error());
    }
    return paths;
}

}  // namespace touchstone::store
