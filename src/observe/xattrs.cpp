#include "xattrs.hpp"

#include <linux/limits.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace touchstone {
namespace {

constexpr int kMaxRaces = 8;
constexpr std::size_t kFirstGuess = 1024;

// Calls `read(buffer, size)` with a buffer that grows up to `limit` while it answers ERANGE.
template <class Read>
Tried<std::string> read_growing(const char* attempted, std::size_t limit, Read read) {
    std::array<char, kFirstGuess> first;  // enough for nearly all
    const auto told = read(first.data(), first.size());
    if (told >= 0) return std::string(first.data(), std::min(static_cast<std::size_t>(told), first.size()));
    if (errno != ERANGE) return trouble(attempted);
    std::string buffer(std::min(kFirstGuess * 8, limit), '\0');
    for (int races = 0; races < kMaxRaces; ++races) {
        const auto length = read(buffer.data(), buffer.size());
        if (length >= 0) {
            buffer.resize(std::min(static_cast<std::size_t>(length), buffer.size()));
            return buffer;
        }
        if (errno != ERANGE) return trouble(attempted);
        if (buffer.size() == limit) return trouble(attempted, E2BIG);
        buffer.resize(std::min(buffer.size() * 8, limit));
    }
    return trouble(attempted, ERANGE);
}

// nullopt: removed since it was listed (the ctime then tells that the look must be taken again).
template <class Get>
Tried<std::optional<std::string>> value_of(const std::string& name, Get get) {
    auto value = read_growing("getxattr", XATTR_SIZE_MAX, [&](char* to, std::size_t size) { return get(name.c_str(), to, size); });
    if (value) return std::optional(std::move(*value));
    if (value.error().error == ENODATA || value.error().error == ENOTSUP) return std::optional<std::string>();
    return tl::unexpected(value.error());
}

template <class List, class Get>
Tried<std::map<std::string, std::string>> read_all(List list_names, Get get) {
    const auto list = read_growing("listxattr", XATTR_LIST_MAX, list_names);
    std::map<std::string, std::string> found;
    if (!list) {
        if (list.error().error == ENOTSUP) return found;
        return tl::unexpected(list.error());
    }
    for (std::size_t at = 0; at < list->size();) {
        const auto end = std::min(list->find('\0', at), list->size());
        auto name = list->substr(at, end - at);
        at = end + 1;
        if (name.empty()) continue;
        auto value = value_of(name, get);
        if (!value) return tl::unexpected(value.error());
        if (*value) found.emplace(std::move(name), std::move(**value));
    }
    return found;
}

}  // namespace

Tried<std::map<std::string, std::string>> xattrs_of(int fd) {
    return read_all([fd](char* to, std::size_t size) { return ::flistxattr(fd, to, size); },
                    [fd](const char* name, char* to, std::size_t size) { return ::fgetxattr(fd, name, to, size); });
}

Tried<std::map<std::string, std::string>> xattrs_of_path(int path_fd) {
    const auto link = "/proc/self/fd/" + std::to_string(path_fd);
    return read_all([&](char* to, std::size_t size) { return ::listxattr(link.c_str(), to, size); },
                    [&](const char* name, char* to, std::size_t size) { return ::getxattr(link.c_str(), name, to, size); });
}

}  // namespace touchstone
