#include "checksum.hpp"

#include <sys/stat.h>

#include "library.hpp"

namespace touchstone::ostree {
namespace {

// Numbers are big-endian in OSTree's objects; extended attributes go by name.
GVariant* xattrs_of(const Attributes& now, Xattrs which) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ayay)"));
    for (const auto& [name, value] : now.xattrs)
        if (which == Xattrs::all || name != "security.selinux")
            g_variant_builder_add(&builder, "(@ay@ay)", g_variant_new_bytestring(name.c_str()),
                                  g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value.data(), value.size(), 1));
    return g_variant_builder_end(&builder);
}

std::uint32_t mode_of(const Attributes& now) {
    const std::uint32_t type = now.type == FileType::symlink ? S_IFLNK : now.type == FileType::directory ? S_IFDIR : S_IFREG;
    return type | now.mode;
}

}  // namespace

Result<ContentDigest> begin_file_checksum(const Attributes& now, Xattrs which) {
    auto digest = ContentDigest::make("sha256");
    if (!digest) return digest;
    const Variant header(g_variant_ref_sink(g_variant_new("(uuuus@a(ayay))", GUINT32_TO_BE(now.uid), GUINT32_TO_BE(now.gid), GUINT32_TO_BE(mode_of(now)), 0U,
                                                          now.link_target.c_str(), xattrs_of(now, which))));
    const auto bytes = bytes_of(header.get());
    const std::uint32_t prefix[] = {GUINT32_TO_BE(static_cast<std::uint32_t>(bytes.size())), 0};  // its size, and padding to eight bytes
    digest->update({reinterpret_cast<const char*>(prefix), sizeof prefix});
    digest->update(bytes);
    return digest;
}

std::string directory_checksum(const Attributes& now, Xattrs which) {
    const Variant meta(g_variant_ref_sink(
        g_variant_new("(uuu@a(ayay))", GUINT32_TO_BE(now.uid), GUINT32_TO_BE(now.gid), GUINT32_TO_BE(mode_of(now)), xattrs_of(now, which))));
    return sha256_of(bytes_of(meta.get()));
}

}  // namespace touchstone::ostree
