#include "text.hpp"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include "touchstone/bytes.hpp"

namespace touchstone {

std::string mode_text(std::uint32_t mode) { return fmt::format("{:04o}", mode & 07777); }

std::string device_text(std::uint64_t rdev) { return fmt::format("{}:{}", gnu_dev_major(rdev), gnu_dev_minor(rdev)); }

std::string xattr_text(const std::string& name, const std::string& value) {
    std::string text = value;
    if (name == "security.selinux" && !text.empty() && text.back() == '\0') text.pop_back();
    const bool plain = !text.empty() && text.rfind("0x", 0) != 0 && is_utf8(text) && printable(text) == text;
    return plain ? text : "0x" + to_hex(value);
}

}  // namespace touchstone
