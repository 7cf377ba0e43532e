// A .deb (deb(5)), read with libarchive: what it will put where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct PackagedFile {
    std::string path;  // absolute, without "." and "..", as the archive has it
    FileType type = FileType::regular;
    std::uint32_t mode = 0;  // 07777 bits
    std::uint32_t uid = 0, gid = 0;
    std::string user, group;  // names, which dpkg looks up first; "" when there are none
    std::uint64_t size = 0;
    std::uint64_t links = 1;  // of regular files: how many names the archive gives it
    std::string sha256, digest;  // raw, of regular files; digest by the algorithm asked for, empty when that is SHA-256
    std::string link_target;
    bool conffile = false;
};

// A member of control.tar: dpkg keeps it as /var/lib/dpkg/info/PACKAGE.NAME, all but `control`.
struct ControlMember {
    std::string name;
    std::uint32_t mode = 0;
    std::uint64_t size = 0;
    std::string sha256, digest;
};

struct PackageArchive {
    std::string package, version, architecture;
    bool same_for_each_architecture = false;  // Multi-Arch: same; its members are named PACKAGE:ARCHITECTURE.NAME
    std::vector<PackagedFile> files;          // in the order of the archive
    std::vector<ControlMember> control;
};

// Hexadecimal digits aside, as sha256sum(1).
Result<std::string> sha256_of_file(int fd);

// Reads `fd` from its start to its end. bad_input: it is no .deb; a path climbs by `..`, leads through a symbolic link of the archive itself, is not
// valid or is there twice; a bound is exceeded; or its bytes do not have this SHA-256. Nothing is written anywhere.
Result<PackageArchive> read_archive(int fd, const std::string& sha256, DigestAlgorithm digest);

// "./usr/bin/x" is "/usr/bin/x". bad_input: empty, with a zero byte, longer than 4096 bytes, or with `..` in it.
Result<std::string> archive_path(std::string_view path);

}  // namespace touchstone::dpkg
