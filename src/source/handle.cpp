#include "handle.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <cstring>

#include <fmt/format.h>

namespace touchstone {
namespace {

constexpr int kHandleFid = 0x200;  // AT_HANDLE_FID (6.5): a handle that names but cannot be opened will do

struct HandleBuffer {
    alignas(file_handle) std::array<char, sizeof(file_handle) + kMaxHandleBytes> storage{};
    file_handle* get() { return reinterpret_cast<file_handle*>(storage.data()); }
};

}  // namespace

Result<ObjectHandle> handle_of(int directory_fd, const char* path) {
    HandleBuffer buffer;
    int mount = 0;
    const int flags = *path == '\0' ? AT_EMPTY_PATH : 0;
    for (const int extra : {0, kHandleFid}) {
        buffer.get()->handle_bytes = kMaxHandleBytes;
        if (::name_to_handle_at(directory_fd, path, buffer.get(), &mount, flags | extra) == 0) {
            const auto* bytes = reinterpret_cast<const char*>(buffer.get()->f_handle);
            return ObjectHandle{mount, buffer.get()->handle_type, std::string(bytes, buffer.get()->handle_bytes)};
        }
        if (errno != EOPNOTSUPP) break;
    }
    return fail(system_error(fmt::format("take the file handle of {}", *path == '\0' ? "a descriptor" : path)));
}

Result<Fd> open_handle(int mount_fd, HandleView handle) {
    HandleBuffer buffer;
    if (handle.bytes.size() > kMaxHandleBytes) return fail(system_error("open a file handle", EINVAL));
    buffer.get()->handle_bytes = static_cast<unsigned>(handle.bytes.size());
    buffer.get()->handle_type = handle.type;
    std::memcpy(buffer.get()->f_handle, handle.bytes.data(), handle.bytes.size());
    const int fd = ::open_by_handle_at(mount_fd, buffer.get(), O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return fail(system_error("open a file handle"));
    return Fd(fd);
}

std::string path_of(int fd) {
    std::array<char, PATH_MAX> target;
    std::array<char, 32> link{};
    fmt::format_to_n(link.data(), link.size() - 1, "/proc/self/fd/{}", fd);
    const auto length = ::readlink(link.data(), target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) >= target.size()) return "";
    return std::string(target.data(), static_cast<std::size_t>(length));
}

ObjectKey::ObjectKey(std::uint32_t file_system, HandleView handle) {
    if (handle.bytes.size() > kMaxHandleBytes) return;
    const auto type = static_cast<std::uint16_t>(handle.type);  // the kernel's types are below 256
    std::memcpy(bytes_.data(), &file_system, 4);
    std::memcpy(bytes_.data() + 4, &type, 2);
    std::memcpy(bytes_.data() + 6, handle.bytes.data(), handle.bytes.size());
    size_ = 6 + handle.bytes.size();
}

std::uint32_t ObjectKey::file_system(std::string_view key) {
    std::uint32_t id = 0;
    if (key.size() >= 6) std::memcpy(&id, key.data(), 4);
    return id;
}

HandleView ObjectKey::handle(std::string_view key) {
    if (key.size() < 6) return {};
    std::uint16_t type = 0;
    std::memcpy(&type, key.data() + 4, 2);
    return {type, key.substr(6)};
}

}  // namespace touchstone
