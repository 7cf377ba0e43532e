// Observations and directories for the tests of baseline and state.
#pragma once

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "support/scratch_directory.hpp"
#include "touchstone/baseline.hpp"

namespace touchstone::samples {

using test::content_of;
using test::put_content;
using test::ScratchDirectory;

inline WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds) + Nanoseconds(123)); }

inline Attributes file(std::uint64_t inode, std::uint64_t size = 10) {
    Attributes a;
    a.mode = 0644;
    a.size = size;
    a.link_count = 1;
    a.digest = std::string(32, static_cast<char>(inode));
    a.id = {0xfe00, inode};
    a.mtime = at(1000);
    a.ctime = at(2000);
    return a;
}

inline Observation seen(std::string path, Attributes attributes) {
    Observation out;
    out.path = std::move(path);
    out.looked_at = at(3000);
    out.look = std::move(attributes);
    return out;
}

inline Observation seen(std::string path, std::uint64_t inode) { return seen(std::move(path), file(inode)); }

inline Observation gone(std::string path) {
    Observation out;
    out.path = std::move(path);
    out.looked_at = at(4000);
    return out;
}

// Every field set, and to values that a careless cast would spoil.
inline Attributes extreme() {
    Attributes a;
    a.type = FileType::block_device;
    a.mode = 07777;
    a.uid = 0xffffffff;
    a.gid = 0xfffffffe;
    a.size = 0xffffffffffffffff;
    a.link_count = 0x8000000000000000;
    a.rdev = 0xfedcba9876543210;
    a.project_id = 0xffffffff;
    a.inode_flags = 0x80000000;
    a.link_target = std::string("tar\0get\xff/\n", 10);
    a.xattrs = {{"security.capability", std::string("\1\0\0\2", 4)}, {"user.empty", ""}, {"user.\xff", "x"}};
    a.digest = std::string("\0\xff", 2) + std::string(62, '\0');
    a.verity = "sha512:" + std::string(128, 'f');
    a.id = {0xffffffffffffffff, 0x8000000000000001};
    a.mtime = WallTime(Nanoseconds(-1));
    a.ctime = WallTime(Nanoseconds(std::numeric_limits<std::int64_t>::max()));
    return a;
}

inline BlockDigests blocks(std::uint64_t size) {
    BlockDigests out;
    out.size = size;
    out.full = std::string(32 * (size / BlockDigests::kBlockSize), 'F');
    if (size % BlockDigests::kBlockSize != 0) out.tail = std::string(32, 'T');
    return out;
}

inline BaselineInfo info() {
    BaselineInfo out;
    out.built_at = at(5000);
    out.host = "host\xff";
    out.built_by = "root (login uid 1000)";
    out.version = "0.1.0";
    return out;
}

inline Result<BaselineInfo> write(const std::string& path, const std::vector<Observation>& rows) {
    auto writer = BaselineWriter::create(path, info());
    if (!writer) return fail(writer.error());
    for (const auto& row : rows)
        if (auto put = writer->put(row); !put) return fail(put.error());
    return writer->commit();
}

inline bool same(const Observation& a, const Observation& b) {
    if (a.path != b.path || a.looked_at != b.looked_at || !(a.look == b.look) || a.follows_baseline != b.follows_baseline) return false;
    return a.unreadable() == nullptr || a.unreadable()->seen == b.unreadable()->seen;  // which == of Unreadable leaves out
}

inline std::vector<std::string> names(KnownReader& reader, const std::string& directory) {
    std::vector<std::string> out;
    const auto read = reader.children(directory, [&](const Glance& glance) {
        out.push_back(glance.name);
        return true;
    });
    if (!read) out.push_back("error: " + read.error().what);
    return out;
}

inline std::vector<std::string> listing(const std::string& directory) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace touchstone::samples
