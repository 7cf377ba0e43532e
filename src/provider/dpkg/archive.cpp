#include "dpkg/archive.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>

#include "dpkg/archive_stream.hpp"
#include "dpkg/files.hpp"
#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxControlText = 4 << 20;  // of the members that are parsed

Error bad_archive(std::string why) { return Error{std::move(why), ErrorKind::bad_input, 0}; }

// SHA-256, and the configured digest where that is another.
class Digests {
public:
    static Result<Digests> make(DigestAlgorithm algorithm) {
        auto sha256 = Hasher::make(DigestAlgorithm::sha256);
        if (!sha256) return fail(sha256.error());
        Digests made(std::move(*sha256));
        if (algorithm == DigestAlgorithm::sha256) return made;
        auto other = Hasher::make(algorithm);
        if (!other) return fail(other.error());
        made.other_ = std::move(*other);
        return made;
    }
    void begin() {
        sha256_.begin();
        if (other_) other_->begin();
    }
    void update(std::string_view bytes) {
        sha256_.update(bytes);
        if (other_) other_->update(bytes);
    }
    void finish(std::string& sha256, std::string& digest) {
        sha256 = sha256_.finish();
        if (other_) digest = other_->finish();
    }

private:
    explicit Digests(Hasher sha256) : sha256_(std::move(sha256)) {}
    Hasher sha256_;
    std::optional<Hasher> other_;
};

class DebReader {
public:
    DebReader(DebStream& deb, Digests digests) : deb_(deb), digests_(std::move(digests)) {}

    Result<PackageArchive> read() {
        if (auto done = deb_.open(); !done) return fail(done.error());
        if (auto done = read_version(); !done) return fail(done.error());
        if (auto done = read_member("control.tar", [&](TarStream& tar) { return read_control(tar); }); !done) return fail(done.error());
        if (auto done = read_member("data.tar", [&](TarStream& tar) { return read_files(tar); }); !done) return fail(done.error());
        if (auto done = check_parents(); !done) return fail(done.error());
        mark_conffiles();
        return std::move(package_);
    }

private:
    Status read_version() {
        std::string name;
        const auto there = deb_.next(name);
        if (!there) return fail(there.error());
        std::array<char, 16> text{};
        if (!*there || name != "debian-binary") return fail(bad_archive("it is no .deb: debian-binary is not first"));
        const auto got = archive_read_data(deb_.reader(), text.data(), text.size());
        if (got < 2 || std::string_view(text.data(), 2) != "2.") return fail(bad_archive("it is a .deb of an unknown format"));
        return {};
    }

    // Members whose name begins with _ are for others (deb(5)).
    template <class Read>
    Status read_member(std::string_view wanted, Read read) {
        std::string name;
        do {
            const auto there = deb_.next(name);
            if (!there) return fail(there.error());
            if (!*there) return fail(bad_archive(fmt::format("it has no {}", wanted)));
        } while (name.starts_with('_'));
        if (!name.starts_with(wanted)) return fail(bad_archive(fmt::format("{} is where {} should be", printable(name), wanted)));
        TarStream tar(deb_);
        if (auto done = tar.open(name); !done) return done;
        return read(tar);
    }

    Status read_control(TarStream& tar) {
        for (;;) {
            const auto entry = tar.next();
            if (!entry) return fail(entry.error());
            if (!*entry) return package_.package.empty() ? Status(fail(bad_archive("it has no control file"))) : Status{};
            if (archive_entry_filetype(*entry) != AE_IFREG) continue;
            const char* raw = archive_entry_pathname(*entry);
            auto path = archive_path(raw ? raw : "");
            if (!path) return fail(path.error());
            ControlMember member;
            member.name = path->substr(1);
            if (member.name.find('/') != std::string::npos) return fail(bad_archive("a control file is in a directory"));
            member.mode = archive_entry_mode(*entry) & 07777;
            std::string text;
            if (auto done = digest_content(tar, member.size, member.sha256, member.digest, is_parsed(member.name) ? &text : nullptr); !done)
                return done;
            if (auto done = take_control(member.name, text); !done) return done;
            package_.control.push_back(std::move(member));
        }
    }

    static bool is_parsed(std::string_view name) { return name == "control" || name == "conffiles"; }

    Status take_control(const std::string& name, const std::string& text) {
        if (name == "conffiles") return take_conffiles(text);
        if (name != "control") return {};
        std::size_t stanzas = 0;
        return read_stanzas(text, [&](const Stanza& stanza) -> Status {
            if (++stanzas > 1) return fail(bad_archive("its control file has a second stanza"));
            package_.package = stanza.value("Package");
            package_.version = stanza.value("Version");
            package_.architecture = stanza.value("Architecture");
            package_.same_for_each_architecture = stanza.value("Multi-Arch") == "same";
            const bool whole = !package_.package.empty() && !package_.version.empty() && !package_.architecture.empty();
            return whole && package_.package.find('/') == std::string::npos ? Status{} : Status(fail(bad_archive("its control file names no package")));
        });
    }

    // "remove-on-upgrade /etc/x" has a flag before the path: the new version has no such conffile.
    Status take_conffiles(const std::string& text) {
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            const auto line = std::string_view(text).substr(at, end - at);
            if (line.starts_with('/')) conffiles_.insert(std::string(line.substr(0, line.find_last_not_of(" \t\r") + 1)));
            at = end + 1;
        }
        return {};
    }

    Status digest_content(TarStream& tar, std::uint64_t& size, std::string& sha256, std::string& digest, std::string* text) {
        size = 0;
        digests_.begin();
        auto done = tar.read_content([&](std::string_view piece) -> Status {
            size += piece.size();
            digests_.update(piece);
            if (!text) return {};
            if (text->size() + piece.size() > kMaxControlText) return fail(bad_archive("a control file is too long"));
            text->append(piece);
            return {};
        });
        if (done) digests_.finish(sha256, digest);
        return done;
    }

    Status read_files(TarStream& tar) {
        for (;;) {
            const auto entry = tar.next();
            if (!entry) return fail(entry.error());
            if (!*entry) return {};
            if (auto done = read_entry(tar, *entry); !done) return done;
        }
    }

    Status read_entry(TarStream& tar, archive_entry* entry) {
        const char* raw = archive_entry_pathname(entry);
        auto path = archive_path(raw ? raw : "");
        if (!path) return fail(path.error());
        PackagedFile file;
        if (const char* target = archive_entry_hardlink(entry)) {
            if (auto done = take_hard_link(file, target); !done) return done;
        } else if (auto done = take_entry(tar, entry, file); !done) {
            return done;
        }
        file.path = std::move(*path);
        const auto [known, is_new] = by_path_.emplace(file.path, package_.files.size());
        if (is_new)
            package_.files.push_back(std::move(file));
        else if (file.type != FileType::directory || package_.files[known->second].type != FileType::directory)
            return fail(bad_archive(fmt::format("{} is there twice", printable(file.path))));
        return {};
    }

    Status take_entry(TarStream& tar, archive_entry* entry, PackagedFile& file) {
        file.type = file_type_of(archive_entry_filetype(entry));
        file.mode = archive_entry_mode(entry) & 07777;
        const auto uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);
        if (uid < 0 || gid < 0 || uid > 0xfffffffeLL || gid > 0xfffffffeLL) return fail(bad_archive("an owner is no number"));
        file.uid = static_cast<std::uint32_t>(uid);
        file.gid = static_cast<std::uint32_t>(gid);
        const char* user = archive_entry_uname(entry);
        const char* group = archive_entry_gname(entry);
        file.user = user ? user : "";
        file.group = group ? group : "";
        const char* target = archive_entry_symlink(entry);
        if (file.type == FileType::symlink) file.link_target = target ? target : "";
        if (file.type != FileType::regular) return {};
        return digest_content(tar, file.size, file.sha256, file.digest, nullptr);
    }

    Status take_hard_link(PackagedFile& file, const char* target) {
        const auto path = archive_path(target);
        if (!path) return fail(path.error());
        const auto found = by_path_.find(*path);
        if (found == by_path_.end() || package_.files[found->second].type != FileType::regular)
            return fail(bad_archive("a hard link leads to nothing before it"));
        const auto chained = original_.find(found->second);  // a link to a link
        const auto original = chained == original_.end() ? found->second : chained->second;
        file = package_.files[original];
        names_[original].push_back(package_.files.size());
        original_.emplace(package_.files.size(), original);
        return {};
    }

    // What lies below a symbolic link of the same archive would land where that points: dpkg-deb makes no such archive.
    Status check_parents() {
        for (const auto& [original, links] : names_) {
            package_.files[original].links = links.size() + 1;
            for (const auto link : links) package_.files[link].links = links.size() + 1;
        }
        for (const auto& file : package_.files)
            for (auto parent = split_path(file.path).directory; parent.size() > 1; parent = split_path(parent).directory) {
                const auto found = by_path_.find(std::string(parent));
                if (found != by_path_.end() && package_.files[found->second].type != FileType::directory)
                    return fail(bad_archive(fmt::format("{} leads through {}, which is no directory", printable(file.path), printable(parent))));
            }
        return {};
    }

    void mark_conffiles() {
        for (auto& file : package_.files) file.conffile = conffiles_.contains(file.path);
    }

    DebStream& deb_;
    Digests digests_;
    PackageArchive package_;
    std::set<std::string> conffiles_;
    std::unordered_map<std::string, std::size_t> by_path_;
    std::unordered_map<std::size_t, std::size_t> original_;            // a hard-linked name: the file that had the content
    std::unordered_map<std::size_t, std::vector<std::size_t>> names_;  // that file: its other names
};

}  // namespace

Result<std::string> archive_path(std::string_view path) {
    if (path.empty() || path.size() > kMaxPath || path.find('\0') != std::string_view::npos)
        return fail(bad_archive("a path is empty, too long or has a zero byte"));
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        at = end + 1;
        if (part == "..") return fail(bad_archive(fmt::format("{} climbs by ..", printable(path))));
        if (!part.empty() && part != ".") out.append("/").append(part);
    }
    return out.empty() ? "/" : out;
}

Result<std::string> sha256_of_file(int fd) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    hasher->begin();
    const auto done = read_pieces(fd, [&](std::string_view piece) -> Status {
        hasher->update(piece);
        return {};
    });
    if (!done) return fail(done.error());
    return hasher->finish();
}

Result<PackageArchive> read_archive(int fd, const std::string& sha256, DigestAlgorithm digest) {
    if (::lseek(fd, 0, SEEK_SET) != 0) return fail(system_error("read an archive"));
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    auto digests = Digests::make(digest);
    if (!digests) return fail(digests.error());
    hasher->begin();
    DebStream deb(fd, *hasher);
    auto package = DebReader(deb, std::move(*digests)).read();
    if (!package) return package;
    if (auto done = deb.drain(); !done) return fail(done.error());
    if (hasher->finish() != sha256) return fail(bad_archive("it was altered while it was read"));
    return package;
}

}  // namespace touchstone::dpkg
