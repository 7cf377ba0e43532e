#include "store/packed_row.hpp"

#include <limits>

#include "store/encoding.hpp"
#include "store/stored.hpp"
#include "store/taker.hpp"

namespace touchstone::store {
namespace {

constexpr unsigned kFollows = 1, kStanding = 2;  // the marks are both: 0 or 1, and twice the verdict
constexpr unsigned kMarks = kStanding * (static_cast<unsigned>(Verdict::authorized) + 1);

// Where the fixed values begin: those of every row, those of a row that has attributes, and of these first what a glance needs.
struct RowOffset {
    enum : std::size_t {
        looked_at = 0, marks = 8, common_end = 9,
        type = 9, size = 10, ctime = 18, glance_end = 26,
        mtime = 26, mode = 34, uid = 38, gid = 42, link_count = 46, present = 54, attributes_end = 55,
    };
};

// What most objects do not have: it follows the fixed values where its bit of `present` is set, and is neither 0 nor empty.
struct Part {
    enum : unsigned { rdev = 1, project_id = 2, inode_flags = 4, link_target = 8, digest = 16, xattrs = 32, blocks = 64, verity = 128 };
};

std::uint8_t marks_of(const Observation& observation) {
    return static_cast<std::uint8_t>((observation.follows_baseline ? kFollows : 0) + kStanding * static_cast<unsigned>(observation.standing));
}

// Appends parts in the order of their bits, and knows which.
class PartPacker {
public:
    explicit PartPacker(std::string& out) : out_(out) {}
    unsigned present() const { return present_; }

    template <class Integer>
    void integer(unsigned part, Integer value) {
        if (value == 0) return;
        present_ |= part;
        append_integer(out_, value);
    }
    void string(unsigned part, std::string_view bytes) {
        if (bytes.empty()) return;
        present_ |= part;
        append_string(out_, bytes);
    }
    // `append` is preceded by the length of what it appends.
    template <class Append>
    void counted(unsigned part, Append append) {
        present_ |= part;
        const auto at = out_.size();
        append_integer(out_, std::uint32_t{0});
        append();
        put_integer(out_.data() + at, static_cast<std::uint32_t>(out_.size() - at - sizeof(std::uint32_t)));
    }

private:
    std::string& out_;
    unsigned present_ = 0;
};

// And takes them off again.
class PartUnpacker {
public:
    PartUnpacker(unsigned present, Taker& rest) : present_(present), rest_(rest) {}
    bool good() const { return good_; }

    template <class Integer>
    Integer integer(unsigned part) {
        if ((present_ & part) == 0) return 0;
        const auto value = rest_.integer<Integer>();
        good_ = good_ && value != 0;
        return value;
    }
    std::string_view string(unsigned part) {
        if ((present_ & part) == 0) return {};
        const auto value = rest_.string();
        good_ = good_ && !value.empty();
        return value;
    }

private:
    const unsigned present_;
    Taker& rest_;
    bool good_ = true;
};

void pack_fixed(const Attributes& a, char* bytes) {
    put_integer(bytes + RowOffset::type, static_cast<std::uint8_t>(a.type));
    put_integer(bytes + RowOffset::size, a.size);
    put_integer(bytes + RowOffset::ctime, to_stored(a.ctime));
    put_integer(bytes + RowOffset::mtime, to_stored(a.mtime));
    put_integer(bytes + RowOffset::mode, a.mode);
    put_integer(bytes + RowOffset::uid, a.uid);
    put_integer(bytes + RowOffset::gid, a.gid);
    put_integer(bytes + RowOffset::link_count, a.link_count);
}

void pack_attributes(const Attributes& a, std::string& out) {
    pack_fixed(a, out.data());
    PartPacker parts(out);
    parts.integer(Part::rdev, a.rdev);
    parts.integer(Part::project_id, a.project_id);
    parts.integer(Part::inode_flags, a.inode_flags);
    parts.string(Part::link_target, a.link_target);
    parts.string(Part::digest, a.digest);
    if (!a.xattrs.empty()) parts.counted(Part::xattrs, [&] { append_xattrs(out, a.xattrs); });
    if (a.blocks) parts.counted(Part::blocks, [&] { append_blocks(out, *a.blocks); });
    parts.string(Part::verity, a.verity);
    put_integer(out.data() + RowOffset::present, static_cast<std::uint8_t>(parts.present()));
}

bool unpack_type(std::string_view packed, FileType& out) {
    const auto found = file_type(static_cast<unsigned char>(packed[RowOffset::type]));
    if (found) out = *found;
    return found.has_value();
}

WallTime time_at(const char* bytes) { return time_from_stored(integer_at<std::int64_t>(bytes)); }

void unpack_fixed(const char* bytes, Attributes& a) {
    a.size = integer_at<std::uint64_t>(bytes + RowOffset::size);
    a.ctime = time_at(bytes + RowOffset::ctime);
    a.mtime = time_at(bytes + RowOffset::mtime);
    a.mode = integer_at<std::uint32_t>(bytes + RowOffset::mode);
    a.uid = integer_at<std::uint32_t>(bytes + RowOffset::uid);
    a.gid = integer_at<std::uint32_t>(bytes + RowOffset::gid);
    a.link_count = integer_at<std::uint64_t>(bytes + RowOffset::link_count);
}

bool unpack_xattrs(std::string_view packed, Xattrs& out) {
    out.clear();
    if (packed.empty()) return true;
    auto found = decode_xattrs(packed);
    if (found) out = std::move(*found);
    return found.has_value();
}

bool unpack_blocks(std::string_view packed, std::optional<BlockDigests>& out) {
    out = packed.empty() ? std::nullopt : decode_blocks(packed);
    return out || packed.empty();
}

// Those of a row, of which `rest` is what follows the fixed ones.
bool unpack_attributes(std::string_view packed, ObjectId id, Taker& rest, Attributes& a) {
    if (!unpack_type(packed, a.type)) return false;
    a.id = id;
    unpack_fixed(packed.data(), a);
    PartUnpacker parts(static_cast<unsigned char>(packed[RowOffset::present]), rest);
    a.rdev = parts.integer<std::uint64_t>(Part::rdev);
    a.project_id = parts.integer<std::uint32_t>(Part::project_id);
    a.inode_flags = parts.integer<std::uint32_t>(Part::inode_flags);
    a.link_target = parts.string(Part::link_target);
    a.digest = parts.string(Part::digest);
    if (!unpack_xattrs(parts.string(Part::xattrs), a.xattrs) || !unpack_blocks(parts.string(Part::blocks), a.blocks)) return false;
    a.verity = parts.string(Part::verity);
    return parts.good();
}

bool unpack_unreadable(Taker& rest, Unreadable& u) {
    const auto code = rest.integer<std::uint32_t>();
    if (code > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return false;
    u.error = static_cast<int>(code);
    u.attempted = rest.string();
    return true;
}

// What `look` is, made so when it is not.
template <class Kind>
Kind& become(Look& look) {
    auto* held = std::get_if<Kind>(&look);
    return held != nullptr ? *held : look.emplace<Kind>();
}

bool unpack_look(RowKind kind, ObjectId id, std::string_view packed, Taker& rest, Look& out) {
    switch (kind) {
        case RowKind::object: return unpack_attributes(packed, id, rest, become<Attributes>(out));
        case RowKind::unreadable: {
            auto& unreadable = become<Unreadable>(out);
            unreadable.seen.reset();
            return unpack_unreadable(rest, unreadable);
        }
        case RowKind::unreadable_seen: {
            auto& unreadable = become<Unreadable>(out);
            if (!unreadable.seen) unreadable.seen.emplace();
            return unpack_attributes(packed, id, rest, *unreadable.seen) && unpack_unreadable(rest, unreadable);
        }
        case RowKind::absent: out = Absent{}; return true;
    }
    return false;
}

std::size_t fixed_size(RowKind kind) { return has_attributes(kind) ? RowOffset::attributes_end : RowOffset::common_end; }

}  // namespace

RowKind kind_of(const Observation& observation) {
    if (observation.absent()) return RowKind::absent;
    if (const auto* unreadable = observation.unreadable()) return unreadable->seen ? RowKind::unreadable_seen : RowKind::unreadable;
    return RowKind::object;
}

std::optional<RowKind> row_kind(std::int64_t stored) {
    if (stored < 0 || stored > static_cast<std::int64_t>(RowKind::absent)) return std::nullopt;
    return static_cast<RowKind>(stored);
}

void pack_row(const Observation& observation, std::string& out) {
    out.resize(fixed_size(kind_of(observation)));
    put_integer(out.data() + RowOffset::looked_at, to_stored(observation.looked_at));
    put_integer(out.data() + RowOffset::marks, marks_of(observation));
    if (const auto* seen = observation.seen()) pack_attributes(*seen, out);
    if (const auto* unreadable = observation.unreadable()) {
        append_integer(out, static_cast<std::uint32_t>(unreadable->error));
        append_string(out, unreadable->attempted);
    }
}

bool unpack_row(RowKind kind, ObjectId id, std::string_view packed, Observation& out) {
    if (packed.size() < fixed_size(kind)) return false;
    const auto marks = static_cast<unsigned char>(packed[RowOffset::marks]);
    if (marks >= kMarks) return false;
    out.looked_at = time_at(packed.data() + RowOffset::looked_at);
    out.follows_baseline = marks % kStanding == kFollows;
    out.standing = static_cast<Verdict>(marks / kStanding);
    Taker rest(packed.substr(fixed_size(kind)));
    return unpack_look(kind, id, packed, rest, out.look) && rest.finished();
}

bool unpack_glance(RowKind kind, std::string_view packed, Glance& out) {
    const bool seen = has_attributes(kind);
    if (packed.size() < (seen ? RowOffset::glance_end : RowOffset::common_end)) return false;
    out.unreadable = kind == RowKind::unreadable || kind == RowKind::unreadable_seen;
    out.looked_at = time_at(packed.data() + RowOffset::looked_at);
    out.type = FileType::regular;
    out.size = seen ? integer_at<std::uint64_t>(packed.data() + RowOffset::size) : 0;
    out.ctime = seen ? time_at(packed.data() + RowOffset::ctime) : WallTime{};
    return !seen || unpack_type(packed, out.type);
}

}  // namespace touchstone::store
