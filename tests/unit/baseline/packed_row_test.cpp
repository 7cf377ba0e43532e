// What is packed comes back, and nothing is taken for a row that packing does not make.
#include <catch2/catch.hpp>

#include "samples.hpp"
#include "store/packed_row.hpp"

using namespace touchstone;
using namespace touchstone::store;
using samples::file;
using samples::same;
using samples::seen;

namespace {

const std::array kKinds{RowKind::object, RowKind::unreadable, RowKind::unreadable_seen, RowKind::absent};

Observation unreadable(int error, std::string attempted, std::optional<Attributes> attributes = std::nullopt) {
    auto out = samples::gone("/u");
    out.look = Unreadable{error, std::move(attempted), std::move(attributes)};
    return out;
}

Attributes log(std::uint64_t size) {
    auto out = file(8);
    out.blocks = samples::blocks(size);
    return out;
}

// One of every kind and of every optional value.
std::vector<Observation> samples_of_rows() {
    auto follows = seen("/log", log(2 * BlockDigests::kBlockSize + 5));
    follows.follows_baseline = true;
    follows.standing = Verdict::authorized;
    auto link = file(9);
    link.type = FileType::symlink;
    link.link_target = "../x";
    return {seen("/plain", 7), seen("/extreme", samples::extreme()), follows, seen("/empty", log(0)), seen("/link", link), unreadable(EACCES, "open"),
            unreadable(0, ""), unreadable(std::numeric_limits<int>::max(), "read", samples::extreme()), samples::gone("/gone")};
}

std::string packed(const Observation& observation) {
    std::string out = "what was there before";
    pack_row(observation, out);
    return out;
}

ObjectId id_of(const Observation& observation) { return observation.seen() != nullptr ? observation.seen()->id : ObjectId{}; }

bool same_marks(const Observation& a, const Observation& b) { return a.follows_baseline == b.follows_baseline && a.standing == b.standing; }

bool taken(RowKind kind, const std::string& bytes) {
    Observation row;
    return unpack_row(kind, {1, 2}, bytes, row);
}

// Refused, or what packs to the very same bytes.
bool one_way_to_write(RowKind kind, const std::string& bytes) {
    Observation row;
    return !unpack_row(kind, {1, 2}, bytes, row) || (kind_of(row) == kind && packed(row) == bytes);
}

}  // namespace

TEST_CASE("packed rows come back, also in the room of any other") {
    const auto rows = samples_of_rows();
    for (const auto& before : rows) {
        for (const auto& row : rows) {
            INFO(before.path << " before " << row.path);
            Observation back;
            REQUIRE(unpack_row(kind_of(before), id_of(before), packed(before), back));
            REQUIRE(unpack_row(kind_of(row), id_of(row), packed(row), back));
            back.path = row.path;
            CHECK(same(back, row));
            CHECK(same_marks(back, row));
        }
    }
}

TEST_CASE("a packed row is the one documented") {
    Attributes a;
    a.type = FileType::directory;
    a.size = 1;
    a.ctime = WallTime(Nanoseconds(-1));
    a.mtime = WallTime(Nanoseconds(256));
    a.mode = 2;
    a.uid = 3;
    a.gid = 4;
    a.link_count = 5;
    a.rdev = 6;
    a.project_id = 7;
    a.inode_flags = 8;
    a.link_target = "l";
    a.digest = "d";
    a.xattrs = {{"n", "v"}};
    a.blocks = BlockDigests{1, "", "t"};
    a.verity = "m";
    auto row = unreadable(13, "open", a);
    row.looked_at = WallTime(Nanoseconds(9));
    row.follows_baseline = true;
    row.standing = Verdict::expected;
    const std::string common("\11\0\0\0\0\0\0\0" "\3", 9);
    const std::string attributes("d" "\1\0\0\0\0\0\0\0" "\xff\xff\xff\xff\xff\xff\xff\xff" "\0\1\0\0\0\0\0\0" "\2\0\0\0" "\3\0\0\0" "\4\0\0\0"
                                 "\5\0\0\0\0\0\0\0" "\xff" "\6\0\0\0\0\0\0\0" "\7\0\0\0" "\10\0\0\0" "\1\0\0\0l" "\1\0\0\0d" "\12\0\0\0\1\0\0\0n\1\0\0\0v"
                                 "\21\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0t" "\1\0\0\0m", 112);
    const std::string error("\15\0\0\0" "\4\0\0\0open", 12);
    CHECK(packed(row) == common + attributes + error);
    row.look = a;
    CHECK(packed(row) == common + attributes);
    row.look = Unreadable{13, "open", std::nullopt};
    CHECK(packed(row) == common + error);
    row.look = Absent{};
    CHECK(packed(row) == common);
}

TEST_CASE("a packed row that is cut short or goes on is refused, and so is one of another kind") {
    for (const auto& row : samples_of_rows()) {
        const auto whole = packed(row);
        INFO(row.path);
        CHECK(taken(kind_of(row), whole));
        for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(taken(kind_of(row), whole.substr(0, size)));
        CHECK_FALSE(taken(kind_of(row), whole + '\0'));
        for (const auto kind : kKinds)
            if (kind != kind_of(row)) CHECK_FALSE(taken(kind, whole));
    }
}

TEST_CASE("whatever byte of a packed row is altered, there is one way to write what it says then") {
    for (const auto& row : samples_of_rows()) {
        const auto whole = packed(row);
        INFO(row.path);
        int otherwise = 0;
        for (std::size_t place = 0; place < whole.size(); ++place) {
            for (int value = 0; value < 256; ++value) {
                auto altered = whole;
                altered[place] = static_cast<char>(value);
                otherwise += !one_way_to_write(kind_of(row), altered);
            }
        }
        CHECK(otherwise == 0);
    }
}

TEST_CASE("values out of their range are refused") {
    const auto altered = [](const Observation& row, std::size_t place, const std::string& bytes) {
        return taken(kind_of(row), packed(row).replace(place, bytes.size(), bytes));
    };
    const auto plain = seen("/x", 1);
    CHECK(altered(plain, 8, "\5"));
    CHECK_FALSE(altered(plain, 8, "\6"));  // marks
    CHECK(altered(plain, 9, "s"));
    CHECK_FALSE(altered(plain, 9, "x"));  // type
    CHECK_FALSE(altered(plain, 54, std::string(1, '\0')));  // a part that is not said to be there
    CHECK_FALSE(altered(plain, 55, "\xff\xff\xff\xff"));  // a length
    CHECK(taken(RowKind::object, packed(plain).replace(54, std::string::npos, std::string(1, '\0'))));
    CHECK(taken(RowKind::object, packed(plain).replace(54, std::string::npos, std::string("\2\1\0\0\0", 5))));
    for (const auto& [part, size] : {std::pair(1, 8), {2, 4}, {4, 4}, {8, 4}, {16, 4}, {32, 4}, {64, 4}, {128, 4}}) {  // said to be there, and 0 or empty
        INFO(part);
        const auto parts = std::string(1, static_cast<char>(part)) + std::string(static_cast<std::size_t>(size), '\0');
        CHECK_FALSE(taken(RowKind::object, packed(plain).replace(54, std::string::npos, parts)));
    }
    CHECK(altered(unreadable(5, "x"), 9, "\xff\xff\xff\x7f"));
    CHECK_FALSE(altered(unreadable(5, "x"), 9, "\xff\xff\xff\xff"));  // errno
    CHECK(row_kind(3) == RowKind::absent);
    CHECK_FALSE(row_kind(4));
    CHECK_FALSE(row_kind(-1));
}

TEST_CASE("a glance is the front of a packed row, and needs no more of it") {
    for (const auto& row : samples_of_rows()) {
        const auto kind = kind_of(row);
        const auto whole = packed(row);
        INFO(row.path);
        Glance glance;
        REQUIRE(unpack_glance(kind, whole, glance));
        CHECK(glance.looked_at == row.looked_at);
        CHECK(glance.unreadable == (row.unreadable() != nullptr));
        const auto* attributes = row.seen();
        CHECK(glance.type == (attributes ? attributes->type : FileType::regular));
        CHECK(glance.size == (attributes ? attributes->size : 0));
        CHECK(glance.ctime == (attributes ? attributes->ctime : WallTime{}));
        const std::size_t needed = attributes ? 26 : 9;
        CHECK(unpack_glance(kind, whole.substr(0, needed), glance));
        CHECK_FALSE(unpack_glance(kind, whole.substr(0, needed - 1), glance));
    }
    auto bad = packed(seen("/x", 1));
    bad[9] = 'x';
    Glance glance;
    CHECK_FALSE(unpack_glance(RowKind::object, bad, glance));
}
