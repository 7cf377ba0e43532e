#include "package.hpp"

#include <fmt/format.h>
#include <rpm/rpmtag.h>
#include <sys/sysmacros.h>

#include <cstdlib>

#include "capabilities.hpp"

namespace touchstone::rpm {
namespace {

std::string text_of(Header header, rpmTagVal tag) {
    Tag value(header, tag);
    const char* text = value.next_string();
    return text != nullptr ? text : "";
}

// Only what the signature covers: elsewhere in a header of the database anybody may have put another value of the same tag, which would be preferred.
Owned<Header> immutable_region(Header header) {
    const Tag region(header, RPMTAG_HEADERIMMUTABLE);
    const auto bytes = region.bytes();
    return Owned<Header>(bytes.empty() ? nullptr : headerImport(const_cast<char*>(bytes.data()), static_cast<unsigned int>(bytes.size()), HEADERIMPORT_COPY));
}

Package described(Header region, Header header, std::uint32_t number, std::string signer) {
    Package package;
    package.number = number;
    package.name = text_of(region, RPMTAG_NAME);
    const auto epoch = headerGetNumber(region, RPMTAG_EPOCH);
    package.version = (epoch != 0 ? fmt::format("{}:", epoch) : "") + text_of(region, RPMTAG_VERSION) + "-" + text_of(region, RPMTAG_RELEASE);
    package.label = fmt::format("{}-{}.{}", package.name, package.version, text_of(region, RPMTAG_ARCH));
    package.signer = std::move(signer);
    Tag obsoletes(region, RPMTAG_OBSOLETENAME);
    while (const char* name = obsoletes.next_string()) package.obsoletes.emplace_back(name);
    package.transaction = static_cast<std::uint32_t>(headerGetNumber(header, RPMTAG_INSTALLTID));
    package.installed = static_cast<std::uint32_t>(headerGetNumber(header, RPMTAG_INSTALLTIME));
    return package;
}

const char* openssl_name(int algorithm) {
    switch (algorithm) {
        case RPM_HASH_SHA256: return "sha256";
        case RPM_HASH_SHA384: return "sha384";
        case RPM_HASH_SHA512: return "sha512";
        default: return nullptr;  // MD5 and SHA-1 show nothing
    }
}

void state_content(rpmfiles files, int index, rpmVerifyAttrs verified, Stated& stated) {
    int algorithm = 0;
    std::size_t length = 0;
    const auto* digest = rpmfilesFDigest(files, index, &algorithm, &length);
    const char* name = openssl_name(algorithm);
    if ((verified & RPMVERIFY_FILEDIGEST) == 0 || digest == nullptr || name == nullptr || length != rpmDigestLength(algorithm)) return;
    stated.content = Stated::Content{name, {reinterpret_cast<const char*>(digest), length}};
    stated.size = rpmfilesFSize(files, index);
    stated.link_count = rpmfilesFNlink(files, index);
}

}  // namespace

std::optional<SignedHeader> SignedHeader::of(Header header, std::uint32_t number, const Keys& keys) {
    auto signer = keys.signer_of(header);
    if (signer.empty()) return std::nullopt;
    const auto region = immutable_region(header);
    if (!region) return std::nullopt;
    SignedHeader made;
    made.files_.reset(rpmfilesNew(nullptr, region.get(), RPMTAG_BASENAMES, RPMFI_FLAGS_VERIFY));
    if (!made.files_) return std::nullopt;
    made.package_ = std::make_shared<const Package>(described(region.get(), header, number, std::move(signer)));
    made.states_ = Tag(header, RPMTAG_FILESTATES).characters();
    return made;
}

std::string SignedHeader::path(std::uint32_t index) const {
    const std::unique_ptr<char, decltype(&std::free)> path(rpmfilesFN(files_.get(), static_cast<int>(index)), std::free);
    return path ? path.get() : "";
}

std::optional<File> SignedHeader::file(std::uint32_t index, Accounts& accounts) const {
    if (index >= files() || index >= states_.size() || states_[index] != RPMFILE_STATE_NORMAL) return std::nullopt;
    auto* const files = files_.get();
    const int at = static_cast<int>(index);
    const auto verified = rpmfilesVFlags(files, at);
    const auto flags = rpmfilesFFlags(files, at);
    const auto mode = rpmfilesFMode(files, at);
    const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };

    File file{package_, {}, (flags & RPMFILE_CONFIG) != 0, (flags & RPMFILE_NOREPLACE) != 0, (flags & (RPMFILE_GHOST | RPMFILE_MISSINGOK)) != 0, (flags & RPMFILE_GHOST) != 0};
    auto& stated = file.stated;
    stated.type = file_type_of(mode);
    if ((verified & RPMVERIFY_MODE) != 0) stated.mode = mode & 07777U;
    if ((verified & RPMVERIFY_USER) != 0) stated.uid = accounts.uid_of(text(rpmfilesFUser(files, at)));
    if ((verified & RPMVERIFY_GROUP) != 0) stated.gid = accounts.gid_of(text(rpmfilesFGroup(files, at)));
    if (stated.type == FileType::regular) state_content(files, at, verified, stated);
    if (stated.type == FileType::symlink && (verified & RPMVERIFY_LINKTO) != 0) stated.link_target = text(rpmfilesFLink(files, at));
    if ((stated.type == FileType::block_device || stated.type == FileType::character_device) && (verified & RPMVERIFY_RDEV) != 0)
        stated.rdev = rpmfilesFRdev(files, at);
    if (stated.type == FileType::regular && (verified & RPMVERIFY_CAPS) != 0)
        if (auto capability = capability_xattr(text(rpmfilesFCaps(files, at)))) stated.xattrs["security.capability"] = std::move(*capability);
    return file;
}

}  // namespace touchstone::rpm
