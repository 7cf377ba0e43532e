#include "deb.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "dpkg/files.hpp"

namespace touchstone::test {
namespace {

unsigned type_bits(char type) { return type == 'd' ? AE_IFDIR : type == 'l' ? AE_IFLNK : type == 'p' ? AE_IFIFO : AE_IFREG; }

}  // namespace

std::string tar(const std::vector<TarEntry>& entries, int filter) {
    std::string out(4 << 20, '\0');
    std::size_t used = 0;
    archive* writer = archive_write_new();
    archive_write_set_format_gnutar(writer);
    archive_write_add_filter(writer, filter);
    archive_write_set_bytes_in_last_block(writer, 1);
    if (archive_write_open_memory(writer, out.data(), out.size(), &used) != ARCHIVE_OK) throw std::runtime_error(archive_error_string(writer));
    for (const auto& each : entries) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, each.path.c_str());
        archive_entry_set_mode(entry, type_bits(each.type) | each.mode);
        archive_entry_set_uid(entry, each.uid);
        archive_entry_set_gid(entry, each.gid);
        archive_entry_set_size(entry, each.type == 'f' ? static_cast<la_int64_t>(each.content.size()) : 0);
        if (each.type == 'l') archive_entry_set_symlink(entry, each.content.c_str());
        if (each.type == 'h') archive_entry_set_hardlink(entry, each.content.c_str());
        archive_write_header(writer, entry);
        if (each.type == 'f') archive_write_data(writer, each.content.data(), each.content.size());
        archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
    return out.substr(0, used);
}

std::string ar(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string out = "!<arch>\n";
    for (const auto& [name, content] : members) {
        out += fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 100644, content.size()) + content;
        if (content.size() % 2 != 0) out += '\n';
    }
    return out;
}

std::string deb(const std::vector<TarEntry>& control, const std::vector<TarEntry>& data) {
    return ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", tar(control, ARCHIVE_FILTER_XZ)}, {"data.tar.xz", tar(data, ARCHIVE_FILTER_XZ)}});
}

std::vector<TarEntry> control_of(const std::string& package, const std::string& version, const std::string& more) {
    return {{"./", 'd', "", 0755}, {"./control", 'f', "Package: " + package + "\nVersion: " + version + "\nArchitecture: all\n" + more}};
}

Result<dpkg::PackageArchive> read_deb(const std::string& bytes, DigestAlgorithm digest) {
    auto file = dpkg::in_memory(bytes);
    if (!file) return fail(file.error());
    ::lseek(file->get(), 0, SEEK_SET);
    const auto sha256 = dpkg::sha256_of_file(file->get());
    if (!sha256) return fail(sha256.error());
    return dpkg::read_archive(file->get(), *sha256, digest);
}

}  // namespace touchstone::test
