#include "database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmmacro.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "../content_digest.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone::rpm {
namespace {

constexpr std::array kDirectories{"/usr/lib/sysimage/rpm", "/var/lib/rpm"};
// Of SQLite, ndb and Berkeley DB. One of them must be there, for librpm would make an empty database where none is.
constexpr std::array kFiles{"/rpmdb.sqlite", "/rpmdb.sqlite-wal", "/Packages.db", "/Packages"};

bool is_key(Header header) {
    const char* name = headerGetString(header, RPMTAG_NAME);
    return name != nullptr && std::string_view(name) == "gpg-pubkey";
}

std::string without_slash(std::string root) {
    while (!root.empty() && root.back() == '/') root.pop_back();
    return root;
}

}  // namespace

Result<std::shared_ptr<Database>> Database::open(const std::string& root) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Database>> open_ones;
    static std::map<std::string, std::shared_ptr<Database>> refused_ones;  // which know what they were refused for
    const std::lock_guard held(mutex);
    const auto bare = without_slash(root);
    if (auto shared = open_ones[bare].lock()) return shared;
    for (const auto* directory : kDirectories) {
        const auto there = std::any_of(kFiles.begin(), kFiles.end(), [&](const char* name) { return file_state(bare + directory + name).there; });
        if (!there) continue;
        auto& refused = refused_ones[bare];
        auto made = refused && refused->directory_ == bare + directory ? refused : std::make_shared<Database>(bare, bare + directory);
        const Library library;
        if (auto read = made->refresh(library, std::nullopt); !read) {
            refused = std::move(made);
            return fail(read.error());
        }
        refused.reset();
        open_ones[bare] = made;
        return made;
    }
    return std::shared_ptr<Database>();
}

Database::Database(std::string root, std::string directory) : root_(std::move(root)), directory_(std::move(directory)), accounts_(root_) {}

Database::Key Database::key_of(const std::string& path) {
    Key key{};
    const auto digest = sha256_of(path);
    std::memcpy(key.data(), digest.data(), std::min(key.size(), digest.size()));
    return key;
}

Error Database::damaged(const std::string& what) const {
    return {fmt::format("read the rpm database {}: {} (nothing is authorized by it; `rpm --verifydb` says more, `rpm --rebuilddb` repairs it)", printable(directory_),
                        what.empty() ? "librpm gives no reason" : what),
            ErrorKind::corrupt, 0};
}

bool Database::transaction_open() const {
    const Fd lock(::open((directory_ + "/.rpm.lock").c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct flock asked {};
    asked.l_type = F_WRLCK;
    asked.l_whence = SEEK_SET;
    return lock && ::fcntl(lock.get(), F_GETLK, &asked) == 0 && asked.l_type == F_WRLCK;
}

std::vector<FileState> Database::states() const {
    std::vector<FileState> all;
    for (const auto* name : kFiles) all.push_back(file_state(directory_ + name));
    return all;
}

std::uint64_t Database::version() const {
    std::uint64_t mixed = 0;
    for (const auto& state : states()) mixed = state.mixed_into(mixed);
    return mixed;
}

// Without a root directory of librpm's own, for which it would change that of the process.
Result<Owned<rpmts>> Database::open_set(const Library& library) const {
    rpmPushMacro(nullptr, "_dbpath", nullptr, directory_.c_str(), RMIL_CMDLINE);
    Owned<rpmts> set(rpmtsCreate());
    const std::unique_ptr<std::remove_pointer_t<rpmKeyring>, decltype(&rpmKeyringFree)> none(rpmKeyringNew(), rpmKeyringFree);
    rpmtsSetKeyring(set.get(), none.get());  // its own search for keys is not wanted
    rpmtsSetVSFlags(set.get(), RPMVSF_MASK_NOSIGNATURES);
    const int refused = rpmtsOpenDB(set.get(), O_RDONLY);
    rpmPopMacro(nullptr, "_dbpath");
    if (refused != 0) return fail(damaged(library.last_message()));
    return set;
}

Result<std::vector<std::uint32_t>> Database::numbers(rpmts set, const Library& library) const {
    std::vector<std::uint32_t> all;
    const Owned<rpmdbIndexIterator> names(rpmdbIndexIteratorInit(rpmtsGetRdb(set), RPMDBI_NAME));
    const void* key = nullptr;
    std::size_t length = 0;
    while (names && rpmdbIndexIteratorNext(names.get(), &key, &length) == 0)
        for (unsigned int i = 0; i < rpmdbIndexIteratorNumPkgs(names.get()); ++i) all.push_back(rpmdbIndexIteratorPkgOffset(names.get(), i));
    if (!names || !library.last_message().empty()) return fail(damaged(library.last_message()));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

Result<Keys> Database::keys(rpmts set) const {
    Keys found;
    const Owned<rpmdbMatchIterator> matches(rpmtsInitIterator(set, RPMDBI_NAME, "gpg-pubkey", 0));
    while (Header header = matches ? rpmdbNextIterator(matches.get()) : nullptr) found.add(header);
    return found;
}

Status Database::refresh(const Library& library, std::optional<WallTime> now) {
    auto found = states();
    if (!read_in_.empty() && read_in_ == found) return {};
    read_in_.clear();
    // librpm loses some memory at each database that it cannot open: it is tried again when it has changed.
    if (refusal_ && refused_in_ == found) return fail(*refusal_);
    auto set = open_set(library);
    if (!set) {
        refusal_ = set.error();
        refused_in_ = std::move(found);
        return fail(*refusal_);
    }
    refusal_.reset();
    const auto present = numbers(set->get(), library);
    if (!present) return fail(present.error());
    auto imported = keys(set->get());
    if (!(*imported == keys_)) {
        packages_.clear();
        unsigned_.clear();
        entries_.clear();
        keys_ = std::move(*imported);
    }
    damage_.clear();
    for (const auto number : *present)
        if (!packages_.contains(number)) load(set->get(), number, library);
    std::sort(entries_.begin(), entries_.end());
    forget(*present);
    const auto settled = [&](const FileState& state) { return now && state.settled(*now); };
    if (damage_.empty() && std::all_of(found.begin(), found.end(), settled)) read_in_ = std::move(found);
    return {};
}

void Database::load(rpmts set, std::uint32_t number, const Library& library) {
    const Owned<rpmdbMatchIterator> matches(rpmtsInitIterator(set, RPMDBI_PACKAGES, &number, sizeof number));
    Header header = matches ? rpmdbNextIterator(matches.get()) : nullptr;
    if (header == nullptr) {
        damage_ = fmt::format("package {}: {}", number, library.last_message());
        return;
    }
    const auto signed_header = SignedHeader::of(header, number, keys_);
    packages_[number] = signed_header ? signed_header->package() : nullptr;
    if (!signed_header && !is_key(header)) unsigned_[number] = static_cast<std::uint32_t>(headerGetNumber(header, RPMTAG_INSTALLTID));
    for (std::uint32_t i = 0; signed_header && i < signed_header->files(); ++i) entries_.push_back({key_of(signed_header->path(i)), number, i});
}

void Database::forget(const std::vector<std::uint32_t>& present) {
    std::map<std::uint32_t, PackageRef> left;
    for (auto at = packages_.begin(); at != packages_.end();) {
        const bool stays = std::binary_search(present.begin(), present.end(), at->first);
        if (!stays) left.insert(*at);
        at = stays ? std::next(at) : packages_.erase(at);
    }
    if (left.empty()) return;
    note_erased(left);
    for (const auto& entry : entries_) {
        const auto at = left.find(entry.package);
        if (at == left.end()) continue;
        if (gone_.insert_or_assign(entry.key, at->second).second) gone_order_.push_back(entry.key);
        if (gone_order_.size() <= kMostGone) continue;
        gone_.erase(gone_order_.front());
        gone_order_.pop_front();
    }
    std::erase_if(entries_, [&](const Entry& entry) { return left.contains(entry.package); });
    for (const auto& [number, package] : left) {
        const auto heir = package ? successor_of(*package) : nullptr;
        if (!heir || !heir->replaced.empty()) continue;
        auto renewed = std::make_shared<Package>(*heir);
        renewed->replaced = package->name == heir->name ? package->version : package->label;
        packages_[heir->number] = std::move(renewed);
    }
}

PackageRef Database::successor_of(const Package& package) const {
    PackageRef found;
    for (const auto& [number, each] : packages_) {
        if (!each || number == package.number) continue;
        const bool follows = each->name == package.name || std::find(each->obsoletes.begin(), each->obsoletes.end(), package.name) != each->obsoletes.end();
        if (follows && (!found || each->transaction > found->transaction)) found = each;
    }
    return found;
}

Result<std::vector<File>> Database::files_at(const std::string& path, const Library& library) {
    std::vector<File> files;
    const auto [first, last] = std::equal_range(entries_.begin(), entries_.end(), Entry{key_of(path), 0, 0});
    if (first == last) return files;
    auto set = open_set(library);
    if (!set) return fail(set.error());
    for (auto at = first; at != last; ++at) {
        const Owned<rpmdbMatchIterator> matches(rpmtsInitIterator(set->get(), RPMDBI_PACKAGES, &at->package, sizeof at->package));
        Header header = matches ? rpmdbNextIterator(matches.get()) : nullptr;
        if (header == nullptr && !library.last_message().empty()) return fail(damaged(fmt::format("package {}: {}", at->package, library.last_message())));
        if (header == nullptr) continue;  // it went just now; a transaction is on
        const auto signed_header = SignedHeader::of(header, at->package, keys_);
        if (!signed_header || signed_header->path(at->file) != path) continue;
        if (auto file = signed_header->file(at->file, accounts_)) files.push_back(std::move(*file));
    }
    return files;
}

void Database::find_gone(const std::string& path, Answer& answer) const {
    const auto at = gone_.find(key_of(path));
    if (at == gone_.end()) return;
    answer.gone = at->second;
    answer.successor = successor_of(*at->second);
}

Result<Answer> Database::ask(const std::string& path, WallTime now) {
    const Library library;
    Answer answer;
    const bool was_busy = transaction_open();
    asked_at_ = now;
    if (auto read = refresh(library, now); !read) return fail(read.error());
    auto files = files_at(path, library);
    if (!files) return fail(files.error());
    answer.files = std::move(*files);
    if (const auto original = saved_from(path); !original.empty()) {
        auto saved = files_at(original, library);
        if (!saved) return fail(saved.error());
        answer.saved = std::move(*saved);
        if (const auto at = gone_.find(key_of(original)); at != gone_.end()) answer.saved_gone = at->second;
    }
    if (answer.files.empty()) find_gone(path, answer);
    answer.busy = was_busy || transaction_open();
    if (answer.files.empty() && !damage_.empty()) return fail(damaged(damage_));
    return answer;
}

std::string saved_from(const std::string& path) {
    for (const std::string_view end : {".rpmnew", ".rpmsave", ".rpmorig"})
        if (path.ends_with(end)) return path.substr(0, path.size() - end.size());
    return {};
}

Result<Database::Group> Database::transaction(std::uint32_t id) {
    const Library library;
    if (auto read = refresh(library, std::nullopt); !read) return fail(read.error());
    Group group;
    for (const auto& [number, package] : packages_)
        if (package && package->transaction == id) group.packages.push_back(package);
    group.busy = transaction_open();
    return group;
}

}  // namespace touchstone::rpm
