#include "dpkg/lists.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <set>

#include "dpkg/files.hpp"
#include "dpkg/keyring.hpp"
#include "dpkg/release.hpp"
#include "dpkg/signature.hpp"
#include "dpkg/sources.hpp"
#include "dpkg/stanza.hpp"
#include "hasher.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxRelease = 32 << 20;
constexpr std::uint64_t kMaxIndex = 4ULL << 30;
constexpr std::size_t kMaxTaken = 200'000;  // stanzas of one index
constexpr std::array<const char*, 7> kCompressions{"", ".lz4", ".xz", ".gz", ".zst", ".bz2", ".lzma"};

struct SignedRelease {
    Release release;
    std::string signers;
};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

// nullopt: apt has no list of this source.
Result<std::optional<SignedRelease>> read_release(const Source& source, const std::string& root, std::vector<std::string>& refused) {
    const auto base = join_path(root, "var/lib/apt/lists/") + source.lists;
    std::string signature;
    auto document = read_file(base + "InRelease", kMaxRelease, Links::follow);
    if (!document && document.error().code == ENOENT) {
        document = read_file(base + "Release", kMaxRelease, Links::follow);
        if (!document && document.error().code == ENOENT) return std::optional<SignedRelease>();
        auto detached = read_file(base + "Release.gpg", kMaxRelease, Links::follow);
        if (document && (!detached || detached->empty())) return fail(Error{"it is not signed", ErrorKind::bad_input, 0});
        if (detached) signature = std::move(*detached);
    }
    if (!document) return fail(document.error());
    const auto verified = verify_signature(*document, signature, keys_of(source, root, refused), source.fingerprints);
    if (!verified) return fail(verified.error());
    auto release = parse_release(verified->text);
    if (!release) return fail(release.error());
    return SignedRelease{std::move(*release), joined(verified->signers)};
}

// An index on disk: compressed as it came, or anew by apt; so what Release says of the plain index counts where it says it.
struct IndexFile {
    std::string path;
    std::string name;  // "main/binary-amd64/Packages"
    Release::Index expected;
    bool plain = true;  // `expected` is of what comes out of decompression
};

std::vector<IndexFile> index_files(const Release& release, const std::string& base) {
    std::set<std::string> names;
    for (const auto& [path, index] : release.indexes) {
        const auto name = path.substr(0, path.rfind("Packages") == std::string::npos ? 0 : path.rfind("Packages") + 8);
        if (name.ends_with("/Packages") || name == "Packages") names.insert(name);
    }
    std::vector<IndexFile> files;
    for (const auto& name : names)
        for (const std::string compression : kCompressions) {
            const auto path = base + list_name(name) + compression;
            if (!stamp_of(path)) continue;
            const auto plain = release.indexes.find(name);
            const auto packed = release.indexes.find(name + compression);
            if (plain != release.indexes.end())
                files.push_back({path, name, plain->second, true});
            else if (packed != release.indexes.end())
                files.push_back({path, name, packed->second, false});
        }
    return files;
}

Listed listed_in(const Stanza& stanza) {
    Listed listed;
    listed.package = stanza.value("Package");
    listed.version = stanza.value("Version");
    listed.architecture = stanza.value("Architecture");
    listed.sha256 = from_hex(stanza.value("SHA256")).value_or("");
    return listed;
}

Result<std::string> sha256_of(const std::string& path) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    const auto fd = open_file(path, Links::follow);
    if (!fd) return fail(fd.error());
    hasher->begin();
    const auto read = read_pieces(fd->get(), [&](std::string_view piece) -> Status {
        hasher->update(piece);
        return {};
    });
    if (!read) return fail(read.error());
    return hasher->finish();
}

Result<std::vector<Listed>> search_index(const IndexFile& index, const std::function<bool(const Listed&)>& wanted) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    std::vector<Listed> found;
    StanzaReader reader(
        [&](const Stanza& stanza) -> Status {
            auto listed = listed_in(stanza);
            if (listed.sha256.size() != 32 || listed.package.empty() || !wanted(listed)) return {};
            if (found.size() == kMaxTaken) return fail(system_error("too much of it is asked for", E2BIG));
            found.push_back(std::move(listed));
            return {};
        },
        {"Package", "Version", "Architecture", "SHA256"});
    hasher->begin();
    auto read = read_decompressed(index.path, kMaxIndex, [&](std::string_view piece) {
        hasher->update(piece);
        return reader.feed(piece);
    });
    if (read) read = reader.finish();
    if (!read) return fail(read.error());
    const auto digest = index.plain ? Result<std::string>(hasher->finish()) : sha256_of(index.path);
    if (!digest) return fail(digest.error());
    if (*digest != index.expected.sha256)
        return fail(Error{fmt::format("{} is not what the signed Release file says", printable(index.path)), ErrorKind::bad_input, 0});
    return found;
}

}  // namespace

void search_lists(const std::string& root, const std::function<bool(const Listed&)>& wanted, const std::function<void(Listed)>& take,
                  std::vector<std::string>& refused) {
    std::set<std::string> seen;
    for (const auto& source : read_sources(root, refused)) {
        if (!seen.insert(source.lists).second) continue;
        const auto release = read_release(source, root, refused);
        if (!release) refused.push_back(fmt::format("Release of {}: {}", printable(source.lists), release.error().what));
        if (!release || !*release) continue;
        for (const auto& index : index_files((*release)->release, join_path(root, "var/lib/apt/lists/") + source.lists)) {
            auto found = search_index(index, wanted);
            if (!found) {
                refused.push_back(found.error().what);
                continue;
            }
            for (auto& listed : *found) {
                listed.origin = fmt::format("{}, {}", (*release)->release.name(), index.name);
                listed.signers = (*release)->signers;
                take(std::move(listed));
            }
        }
    }
}

}  // namespace touchstone::dpkg
