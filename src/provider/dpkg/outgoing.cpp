// Files that are about to go and that no archive speaks of: looked at while they are still there.
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "dpkg/collector.hpp"
#include "dpkg/installed_files.hpp"
#include "dpkg/md5.hpp"
#include "hasher.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

// nullopt: it is not what the list says, or cannot be read.
std::optional<PackagedFile> look_at(const std::string& outside, const std::string* md5, DigestAlgorithm algorithm) {
    struct stat status{};
    if (::lstat(outside.c_str(), &status) != 0) return std::nullopt;
    PackagedFile file;
    file.type = file_type_of(status.st_mode);
    file.mode = status.st_mode & 07777;
    file.uid = status.st_uid;
    file.gid = status.st_gid;
    if (file.type == FileType::symlink) {
        std::string target(PATH_MAX, '\0');
        const auto length = ::readlink(outside.c_str(), target.data(), target.size());
        if (length < 0) return std::nullopt;
        file.link_target = target.substr(0, static_cast<std::size_t>(length));
    }
    if (file.type != FileType::regular) return file;
    auto fd = open_file(outside);
    auto sha256 = Hasher::make(DigestAlgorithm::sha256), digest = Hasher::make(algorithm);
    if (!md5 || !fd || !sha256 || !digest) return std::nullopt;
    Md5 listed;
    sha256->begin();
    digest->begin();
    const auto read = read_pieces(fd->get(), [&](std::string_view piece) -> Status {
        file.size += piece.size();
        listed.update(piece);
        sha256->update(piece);
        digest->update(piece);
        return {};
    });
    if (!read || listed.finish() != *md5) return std::nullopt;
    file.sha256 = sha256->finish();
    if (algorithm != DigestAlgorithm::sha256) file.digest = digest->finish();
    return file;
}

}  // namespace

Status Collector::remember_outgoing(const PackageKey& package, const std::string& version, const PackageStatus& status,
                                    const std::optional<std::pair<PackageKey, std::string>>& successor) {
    if (!evidence_.weak || !md5_is_offered()) return {};
    const auto listed = reader_.listed(package, version);
    if (!listed) return fail(listed.error());
    if (!*listed && !named_.contains(package)) return {};  // nobody vouches for a package that no signed list has
    const auto has = reader_.has_archive(package, version);
    if (!has) return fail(has.error());
    if (*has) return {};
    const auto sums = md5sums_of(evidence_.root, package, status);
    PackageArchive gone{package.package, version, package.architecture, status.same_for_each_architecture, {}, {}};
    for (const auto& path : paths_of(evidence_.root, package, status)) {
        const auto real = in_root_.resolved(path);
        if (!real || out_of_time()) continue;
        if (successor) {
            const auto stays = reader_.file_of(successor->first, successor->second, *real);
            if (!stays) return fail(stays.error());
            if (*stays) continue;
        }
        const auto sum = sums.find(path);
        auto file = look_at(in_root_.outside(*real), sum == sums.end() ? nullptr : &sum->second, evidence_.digest);
        if (!file) continue;
        file->path = path;
        file->conffile = status.conffiles.contains(path);
        gone.files.push_back(std::move(*file));
    }
    if (gone.files.empty()) return {};
    return writer_.add_archive(gone, Listed{package.package, version, package.architecture, "", "", ""}, evidence_.digest, in_root_, evidence_.wall_now());
}

}  // namespace touchstone::dpkg
