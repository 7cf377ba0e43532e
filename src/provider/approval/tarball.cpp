#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include "approval/rules.hpp"
#include "hasher.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"

namespace touchstone {
namespace {

using approval::refuse;
using Kind = ApprovedState::Kind;

struct CloseArchive {
    void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

// pax has names in UTF-8, and libarchive gives them in the locale's encoding: while this lives, in this thread, that is UTF-8 as well. Names of other
// forms are bytes.
class Utf8Locale {
public:
    Utf8Locale() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})), before_(::uselocale(utf8_)) {}
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;
    ~Utf8Locale() {
        ::uselocale(before_);
        if (utf8_ != locale_t{}) ::freelocale(utf8_);
    }

private:
    locale_t utf8_;
    locale_t before_;
};

class TarballReader {
public:
    TarballReader(const std::string& file, const std::string& root) : file_(file), root_(root) {}

    Status open(const std::vector<DigestAlgorithm>& digests) {
        for (const auto algorithm : digests) {
            auto hasher = Hasher::make(algorithm);
            if (!hasher) return fail(hasher.error());
            hashers_.push_back(std::move(*hasher));
        }
        archive_.reset(archive_read_new());
        if (!archive_) return fail(system_error("read a tarball", ENOMEM));
        archive_read_support_filter_all(archive_.get());
        archive_read_support_format_tar(archive_.get());
        if (archive_read_open_filename(archive_.get(), file_.c_str(), 64 << 10) == ARCHIVE_OK) return {};
        return refused_by_library();
    }

    Status read() {
        for (;;) {
            archive_entry* entry = nullptr;
            const int code = archive_read_next_header(archive_.get(), &entry);
            if (code == ARCHIVE_EOF) return {};
            if (code != ARCHIVE_OK) return refused_by_library();
            if (auto taken = take(entry); !taken) return taken;
        }
    }

    Listing listing;

private:
    tl::unexpected<Error> refused_by_library() const {
        const char* why = archive_error_string(archive_.get());
        return refuse(fmt::format("{}: {}", printable(file_), why == nullptr ? "not a tarball" : printable(why)));
    }

    // A name as tar(1) unpacks it: without slashes at either end. "" is the top itself.
    Result<std::string> placed(const char* name) const {
        if (name == nullptr) return refuse(fmt::format("{}: a member has no name", printable(file_)));
        std::string_view rest = name;
        while (rest.starts_with('/')) rest.remove_prefix(1);
        while (rest.ends_with('/')) rest.remove_suffix(1);
        while (rest.starts_with("./")) rest.remove_prefix(2);
        if (rest.empty() || rest == ".") return std::string();
        return place(root_.empty() ? "/" : root_, rest);
    }

    Status take(archive_entry* entry) {
        const auto path = placed(archive_entry_pathname(entry));
        if (!path) return fail(path.error());
        if (path->empty()) return {};
        if (listing.size() >= kMaxApprovedChanges) return refuse(fmt::format("{} holds more than {} objects", printable(file_), kMaxApprovedChanges));
        auto state = state_of(entry);
        if (!state) return fail(Error{fmt::format("{}: {}", printable(*path), state.error().what), state.error().kind, state.error().code});
        listing.insert_or_assign(*path, std::move(*state));  // unpacked in this order, the last one stays
        return {};
    }

    Result<ApprovedState> state_of(archive_entry* entry) {
        if (const char* linked = archive_entry_hardlink(entry)) {
            const auto to = placed(linked);
            const auto known = to ? listing.find(*to) : listing.end();
            if (known == listing.end()) return refuse("a hard link to what is not in the tarball before it");
            return known->second;
        }
        ApprovedState state;
        state.uid = static_cast<std::uint32_t>(archive_entry_uid(entry));
        state.gid = static_cast<std::uint32_t>(archive_entry_gid(entry));
        switch (archive_entry_filetype(entry)) {
            case AE_IFREG: state.kind = Kind::file; break;
            case AE_IFDIR: state.kind = Kind::directory; break;
            case AE_IFLNK: state.kind = Kind::symlink; break;
            default: return refuse("such an object cannot be approved: a device, fifo or socket");
        }
        if (state.kind != Kind::symlink) state.mode = archive_entry_perm(entry) & 07777;
        if (const char* target = archive_entry_symlink(entry); target != nullptr && state.kind == Kind::symlink) state.link_target = target;
        if (state.kind == Kind::file)
            if (auto hashed = hash(state); !hashed) return fail(hashed.error());
        return state;
    }

    Status hash(ApprovedState& state) {
        for (auto& each : hashers_) each.begin();
        char buffer[65536];
        for (;;) {
            const auto got = archive_read_data(archive_.get(), buffer, sizeof buffer);
            if (got < 0) return refused_by_library();
            if (got == 0) break;
            for (auto& each : hashers_) each.update({buffer, static_cast<std::size_t>(got)});
        }
        for (auto& each : hashers_) state.digests[each.algorithm()] = each.finish();
        return {};
    }

    const std::string& file_;
    const std::string& root_;
    std::vector<Hasher> hashers_;
    Archive archive_;
};

}  // namespace

Result<Listing> list_tarball(const std::string& file, const std::string& root, const std::vector<DigestAlgorithm>& digests) {
    const Utf8Locale locale;
    TarballReader reader(file, root);
    if (auto opened = reader.open(digests); !opened) return fail(opened.error());
    if (auto read = reader.read(); !read) return fail(read.error());
    return std::move(reader.listing);
}

}  // namespace touchstone
