#include "text.hpp"

#include <fmt/format.h>

#include <sys/sysmacros.h>

#include <cerrno>
#include <system_error>

#include "touchstone/bytes.hpp"

namespace touchstone::cli {

std::string with_commas(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
    return out;
}

std::string counted(std::uint64_t number, const char* one, const char* many) {
    if (number == 1) return fmt::format("1 {}", one);
    return many ? fmt::format("{} {}", with_commas(number), many) : fmt::format("{} {}s", with_commas(number), one);
}

std::string size_text(std::uint64_t bytes) {
    constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return counted(bytes, "byte");
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string duration_text(Nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string time_text(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

std::string mode_text(std::uint32_t mode) { return fmt::format("{:04o}", mode & 07777); }

std::string error_text(int error) { return std::generic_category().message(error); }

std::string reason_text(const Unreadable& unreadable) {
    if (unreadable.error == EBUSY) return "it kept changing while it was read";
    return fmt::format("{}: {}", unreadable.attempted, error_text(unreadable.error));
}

std::vector<std::pair<std::string, std::string>> attribute_lines(const Attributes& is, DigestAlgorithm digest) {
    std::vector<std::pair<std::string, std::string>> lines;
    const auto add = [&](std::string name, std::string value) { lines.emplace_back(std::move(name), std::move(value)); };
    const bool device = is.type == FileType::block_device || is.type == FileType::character_device;
    add("type", std::string(name_of(is.type)));
    add("mode", mode_text(is.mode));
    add("uid", std::to_string(is.uid));
    add("gid", std::to_string(is.gid));
    add("size", std::to_string(is.size));
    add("link_count", std::to_string(is.link_count));
    if (device) add("rdev", fmt::format("{}:{}", major(is.rdev), minor(is.rdev)));
    if (is.type == FileType::symlink) add("link_target", is.link_target);
    if (!is.digest.empty()) add(std::string(field_name(digest)), to_hex(is.digest));
    if (!is.verity.empty()) add("verity", is.verity);
    if (is.blocks) add("blocks", counted(is.blocks->full.size() / digest_size(digest) + (is.blocks->tail.empty() ? 0 : 1), "digest"));
    if (is.project_id != 0) add("project_id", std::to_string(is.project_id));
    if (is.inode_flags != 0) add("inode_flags", fmt::format("{:#x}", is.inode_flags));
    for (const auto& [name, value] : is.xattrs) add("xattr." + name, is_utf8(value) && printable(value) == value ? value : "0x" + to_hex(value));
    add("mtime", to_rfc3339(is.mtime));
    add("ctime", to_rfc3339(is.ctime));
    add("device", fmt::format("{}:{}", major(is.id.device), minor(is.id.device)));
    add("inode", std::to_string(is.id.inode));
    return lines;
}

}  // namespace touchstone::cli
