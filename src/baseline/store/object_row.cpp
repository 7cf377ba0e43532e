#include "store/object_row.hpp"

#include <fmt/format.h>

#include "store/encoding.hpp"
#include "store/stored.hpp"

namespace touchstone::store {
namespace {

constexpr std::size_t kMaxPath = 1 << 20;
constexpr std::size_t kMaxRow = 96 << 20;  // below SQLite's own limit, see database.cpp

struct Column {
    enum : int { name, kind, device, inode, packed };
};

// split_path leaves out one slash, or none: "//a" and "/a" come apart alike, and only one of them comes back.
bool comes_back(const SplitPath& split, std::string_view path) {
    const std::size_t slash = split.directory.size() > 1 ? 1 : 0;
    return split.directory.size() + slash + split.name.size() == path.size();
}

std::size_t size_of(const Attributes& a) {
    std::size_t bytes = a.link_target.size() + a.digest.size() + a.verity.size();
    if (a.blocks) bytes += a.blocks->full.size() + a.blocks->tail.size();
    for (const auto& [key, value] : a.xattrs) bytes += key.size() + value.size() + 2 * sizeof(std::uint32_t);
    return bytes;
}

bool read_kind(const Query& query, int column, RowKind& out) {
    const auto value = query.value(column);
    const auto found = value.is_integer() ? row_kind(value.integer()) : std::nullopt;
    if (found) out = *found;
    return found.has_value();
}

// Columns `device` and `inode`, which follow each other.
bool read_id(const Query& query, int column, RowKind row, ObjectId& out) {
    const auto device = query.value(column), inode = query.value(column + 1);
    if (!has_attributes(row)) return device.is_null() && inode.is_null();
    out = {from_stored(device.integer()), from_stored(inode.integer())};
    return device.is_integer() && inode.is_integer();
}

}  // namespace

bool is_stored_name(std::string_view directory, std::string_view name) {
    if (directory.empty()) return name == "/";
    if (directory.front() != '/' || (directory.size() > 1 && directory.back() == '/')) return false;
    return !name.empty() && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Status check_row(const Observation& observation, const SplitPath& split) {
    const auto refuse = [&](std::string_view why) {
        return fail(Error{fmt::format("record \"{}\": {}", printable(observation.path), why), ErrorKind::bad_input, 0});
    };
    if (observation.path.size() > kMaxPath || !is_stored_name(split.directory, split.name) || !comes_back(split, observation.path))
        return refuse("not an absolute path of a name");
    const auto* unreadable = observation.unreadable();
    if (unreadable != nullptr && unreadable->error < 0) return refuse("a negative errno");
    const auto* seen = observation.seen();
    if (seen != nullptr && seen->blocks && !is_consistent(*seen->blocks)) return refuse("its block digests do not cover its size");
    const std::size_t bytes = (seen != nullptr ? size_of(*seen) : 0) + (unreadable != nullptr ? unreadable->attempted.size() : 0);
    return bytes > kMaxRow ? refuse("its attributes are too large") : Status{};
}

void bind_row(Query& query, const Observation& observation, std::string_view name, std::string& room) {
    query.bind_blob(Column::name + 1, name).bind(Column::kind + 1, static_cast<std::int64_t>(kind_of(observation)));
    if (const auto* seen = observation.seen()) {
        query.bind(Column::device + 1, to_stored(seen->id.device)).bind(Column::inode + 1, to_stored(seen->id.inode));
    } else {
        query.bind_null(Column::device + 1).bind_null(Column::inode + 1);
    }
    pack_row(observation, room);
    query.bind_blob(Column::packed + 1, room);
}

bool read_row(const Query& query, std::string_view directory, Observation& out) {
    const auto last = query.value(Column::name), bytes = query.value(Column::packed);
    if (!last.is_blob() || !bytes.is_blob() || !is_stored_name(directory, last.blob())) return false;
    RowKind row{};
    ObjectId id;
    if (!read_kind(query, Column::kind, row) || !read_id(query, Column::device, row, id)) return false;
    join_path(out.path, directory, last.blob());
    return unpack_row(row, id, bytes.blob(), out);
}

bool read_glance(const Query& query, Glance& glance, bool& absent) {
    const auto last = query.value(Column::name), bytes = query.value(Column::packed);
    if (!last.is_blob() || !bytes.is_blob() || !is_stored_name("/", last.blob())) return false;
    RowKind row{};
    glance.id = {};
    if (!read_kind(query, Column::kind, row) || !read_id(query, Column::device, row, glance.id)) return false;
    glance.name.assign(last.blob());
    absent = row == RowKind::absent;
    return unpack_glance(row, bytes.blob(), glance);
}

}  // namespace touchstone::store
