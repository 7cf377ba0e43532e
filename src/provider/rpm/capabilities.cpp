#include "capabilities.hpp"

#include <endian.h>
#include <linux/capability.h>
#include <sys/capability.h>

#include <cstring>
#include <memory>

namespace touchstone::rpm {

std::optional<std::string> capability_xattr(const std::string& text) {
    if (text.empty()) return "";
    struct Freed {
        void operator()(cap_t set) const { cap_free(set); }
    };
    const std::unique_ptr<std::remove_pointer_t<cap_t>, Freed> set(cap_from_text(text.c_str()));
    if (!set) return std::nullopt;
    vfs_cap_data value{};
    bool effective = false, any = false;
    for (cap_value_t each = 0; each < 64; ++each) {
        const auto enter = [&](cap_flag_t flag, auto& words) {
            cap_flag_value_t on = CAP_CLEAR;
            if (cap_get_flag(set.get(), each, flag, &on) != 0 || on != CAP_SET) return false;
            words |= htole32(1U << (each % 32));
            return true;
        };
        std::uint32_t ignored = 0;
        any |= enter(CAP_PERMITTED, value.data[each / 32].permitted);
        any |= enter(CAP_INHERITABLE, value.data[each / 32].inheritable);
        effective |= enter(CAP_EFFECTIVE, ignored);
    }
    if (!any) return "";
    value.magic_etc = htole32(VFS_CAP_REVISION_2 | (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0));
    return std::string(reinterpret_cast<const char*>(&value), XATTR_CAPS_SZ_2);
}

}  // namespace touchstone::rpm
