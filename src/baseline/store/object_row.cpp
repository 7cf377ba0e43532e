#include "store/object_row.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "store/encoding.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::store {
namespace {

constexpr std::size_t kMaxPath = 1 << 20;
constexpr std::int64_t kFollows = 1, kStanding = 2;  // column follows_baseline holds both: 0 or 1, and twice the verdict

constexpr std::size_t kMaxRow = 96 << 20;  // below SQLite's own limit, see database.cpp

enum Column {
    dir, name, kind, type, device, inode, size, ctime, looked_at, mode, uid, gid, link_count, rdev, project_id, inode_flags, mtime,
    link_target, digest, xattrs, blocks, error, attempted, follows_baseline, verity,
};

const Attributes* attributes_of(const Observation& observation) {
    if (const auto* unreadable = observation.unreadable()) return unreadable->seen ? &*unreadable->seen : nullptr;
    return observation.attributes();
}

RowKind kind_of(const Observation& observation) {
    if (observation.absent()) return RowKind::absent;
    if (const auto* unreadable = observation.unreadable()) return unreadable->seen ? RowKind::unreadable_seen : RowKind::unreadable;
    return RowKind::object;
}

void bind_or_null(Query& query, Column column, std::string_view bytes) {
    if (bytes.empty()) {
        query.bind_null(column + 1);
    } else {
        query.bind_blob(column + 1, bytes);
    }
}

void bind_attributes(Query& query, const Attributes& a, PackedRow& packed) {
    const auto put = [&](Column column, std::uint64_t value) { query.bind(column + 1, to_stored(value)); };
    put(type, static_cast<unsigned char>(a.type));
    put(device, a.id.device);
    put(inode, a.id.inode);
    put(size, a.size);
    query.bind(ctime + 1, to_stored(a.ctime));
    put(mode, a.mode);
    put(uid, a.uid);
    put(gid, a.gid);
    put(link_count, a.link_count);
    put(rdev, a.rdev);
    put(project_id, a.project_id);
    put(inode_flags, a.inode_flags);
    query.bind(mtime + 1, to_stored(a.mtime));
    packed.xattrs = encode_xattrs(a.xattrs);
    packed.blocks = a.blocks ? encode_blocks(*a.blocks) : std::string();
    bind_or_null(query, link_target, a.link_target);
    bind_or_null(query, digest, a.digest);
    bind_or_null(query, xattrs, packed.xattrs);
    bind_or_null(query, blocks, packed.blocks);
    bind_or_null(query, verity, a.verity);
}

// Reads columns and remembers whether any was not what it must be.
class Columns {
public:
    explicit Columns(const Query& query) : query_(query) {}
    bool good() const { return good_; }
    void require(bool held) { good_ = good_ && held; }

    std::int64_t integer(int column) {
        const auto value = query_.value(column);
        require(value.is_integer());
        return value.integer();
    }
    std::uint64_t number(int column) { return from_stored(integer(column)); }
    std::uint32_t number32(int column) {
        const auto value = integer(column);
        require(value >= 0 && value <= std::numeric_limits<std::uint32_t>::max());
        return static_cast<std::uint32_t>(value);
    }
    WallTime time(int column) { return time_from_stored(integer(column)); }
    std::string_view bytes(int column) {
        const auto value = query_.value(column);
        require(value.is_blob());
        return good_ ? value.blob() : std::string_view{};
    }
    std::string_view bytes_or_null(int column) {
        const auto value = query_.value(column);
        require(value.is_blob() || value.is_null());
        return good_ && value.is_blob() ? value.blob() : std::string_view{};
    }
    FileType file(int column) {
        const auto found = file_type(integer(column));
        require(found.has_value());
        return found.value_or(FileType::regular);
    }

private:
    const Query& query_;
    bool good_ = true;
};

void read_packed(Columns& columns, Attributes& a) {
    if (auto found = decode_xattrs(columns.bytes_or_null(xattrs))) {
        a.xattrs = std::move(*found);
    } else {
        columns.require(false);
    }
    const auto packed = columns.bytes_or_null(blocks);
    if (packed.empty()) return;
    a.blocks = decode_blocks(packed);
    columns.require(a.blocks.has_value());
}

Attributes read_attributes(Columns& columns) {
    Attributes a;
    a.type = columns.file(type);
    a.id = {columns.number(device), columns.number(inode)};
    a.size = columns.number(size);
    a.ctime = columns.time(ctime);
    a.mode = columns.number32(mode);
    a.uid = columns.number32(uid);
    a.gid = columns.number32(gid);
    a.link_count = columns.number(link_count);
    a.rdev = columns.number(rdev);
    a.project_id = columns.number32(project_id);
    a.inode_flags = columns.number32(inode_flags);
    a.mtime = columns.time(mtime);
    a.link_target = columns.bytes_or_null(link_target);
    a.digest = columns.bytes_or_null(digest);
    a.verity = columns.bytes_or_null(verity);
    read_packed(columns, a);
    return a;
}

Unreadable read_unreadable(Columns& columns) {
    Unreadable u;
    const auto code = columns.integer(error);
    columns.require(code >= 0 && code <= std::numeric_limits<int>::max());
    u.error = static_cast<int>(code);
    u.attempted = columns.bytes_or_null(attempted);
    return u;
}

Look read_look(Columns& columns) {
    switch (static_cast<RowKind>(columns.integer(kind))) {
        case RowKind::object: return read_attributes(columns);
        case RowKind::unreadable: return read_unreadable(columns);
        case RowKind::unreadable_seen: {
            auto unreadable = read_unreadable(columns);
            unreadable.seen = read_attributes(columns);
            return unreadable;
        }
        case RowKind::absent: return Absent{};
    }
    columns.require(false);
    return Absent{};
}

}  // namespace

std::int64_t to_stored(std::uint64_t value) { return std::bit_cast<std::int64_t>(value); }
std::uint64_t from_stored(std::int64_t value) { return std::bit_cast<std::uint64_t>(value); }
std::int64_t to_stored(WallTime time) { return time.time_since_epoch().count(); }
WallTime time_from_stored(std::int64_t value) { return WallTime(Nanoseconds(value)); }

std::optional<FileType> file_type(std::int64_t value) {
    for (const auto type : {FileType::regular, FileType::directory, FileType::symlink, FileType::fifo, FileType::socket,
                            FileType::block_device, FileType::character_device})
        if (value == static_cast<unsigned char>(type)) return type;
    return std::nullopt;
}

bool is_stored_name(std::string_view directory, std::string_view name) {
    if (directory.empty()) return name == "/";
    if (directory.front() != '/' || (directory.size() > 1 && directory.back() == '/')) return false;
    return !name.empty() && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Status check_row(const Observation& observation) {
    const auto refuse = [&](std::string_view why) {
        return fail(Error{fmt::format("record \"{}\": {}", printable(observation.path), why), ErrorKind::bad_input, 0});
    };
    const auto split = split_path(observation.path);
    if (observation.path.size() > kMaxPath || !is_stored_name(split.directory, split.name) ||
        join_path(split.directory, split.name) != observation.path) return refuse("not an absolute path of a name");
    const auto* unreadable = observation.unreadable();
    if (unreadable != nullptr && unreadable->error < 0) return refuse("a negative errno");
    const auto* a = attributes_of(observation);
    if (a == nullptr) return {};
    if (a->blocks && !is_consistent(*a->blocks)) return refuse("its block digests do not cover its size");
    std::size_t bytes = a->link_target.size() + a->digest.size() + a->verity.size();
    if (a->blocks) bytes += a->blocks->full.size() + a->blocks->tail.size();
    for (const auto& [key, value] : a->xattrs) bytes += key.size() + value.size() + 8;
    return bytes > kMaxRow ? refuse("its attributes are too large") : Status{};
}

void bind_row(Query& query, const Observation& observation, PackedRow& packed) {
    const auto split = split_path(observation.path);
    query.bind_blob(dir + 1, split.directory).bind_blob(name + 1, split.name);
    query.bind(kind + 1, static_cast<std::int64_t>(kind_of(observation)));
    query.bind(looked_at + 1, to_stored(observation.looked_at));
    if (const auto* a = attributes_of(observation)) {
        bind_attributes(query, *a, packed);
    } else {
        for (int column = type; column <= blocks; ++column)
            if (column != looked_at) query.bind_null(column + 1);
        query.bind_null(verity + 1);
    }
    if (const auto* unreadable = observation.unreadable()) {
        query.bind(error + 1, unreadable->error).bind_blob(attempted + 1, unreadable->attempted);
    } else {
        query.bind_null(error + 1).bind_null(attempted + 1);
    }
    query.bind(follows_baseline + 1, (observation.follows_baseline ? kFollows : 0) + kStanding * static_cast<std::int64_t>(observation.standing));
}

std::optional<Observation> read_row(const Query& query) {
    Columns columns(query);
    Observation out;
    const auto directory = columns.bytes(dir);
    const auto last = columns.bytes(name);
    if (!columns.good() || !is_stored_name(directory, last)) return std::nullopt;
    out.path = join_path(directory, last);
    out.looked_at = columns.time(looked_at);
    const auto marks = columns.integer(follows_baseline);
    columns.require(marks >= 0 && marks < kStanding * (static_cast<std::int64_t>(Verdict::authorized) + 1));
    if (!columns.good()) return std::nullopt;
    out.follows_baseline = marks % kStanding == kFollows;
    out.standing = static_cast<Verdict>(marks / kStanding);
    out.look = read_look(columns);
    if (!columns.good()) return std::nullopt;
    return out;
}

bool read_glance(const Query& query, Glance& glance, bool& absent) {
    Columns columns(query);
    const auto found = columns.integer(1);
    columns.require(found >= 0 && found <= static_cast<std::int64_t>(RowKind::absent));
    const auto row = static_cast<RowKind>(found);
    glance.name.assign(columns.bytes(0));
    columns.require(is_stored_name("/", glance.name));
    absent = row == RowKind::absent;
    glance.unreadable = row == RowKind::unreadable || row == RowKind::unreadable_seen;
    glance.looked_at = columns.time(7);
    if (row == RowKind::absent || row == RowKind::unreadable) {
        glance.type = FileType::regular;
        glance.id = {};
        glance.size = 0;
        glance.ctime = {};
        return columns.good();
    }
    glance.type = columns.file(2);
    glance.id = {columns.number(3), columns.number(4)};
    glance.size = columns.number(5);
    glance.ctime = columns.time(6);
    return columns.good();
}

}  // namespace touchstone::store
