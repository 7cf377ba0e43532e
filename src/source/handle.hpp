// File handles: the kernel's name for an inode, which renames do not change (open_by_handle_at(2)).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"
#include "touchstone/string_hash.hpp"

namespace touchstone {

inline constexpr std::size_t kMaxHandleBytes = 128;  // MAX_HANDLE_SZ

struct HandleView {
    std::int32_t type = 0;
    std::string_view bytes;
};

struct ObjectHandle {
    int mount = 0;  // id in mountinfo
    std::int32_t type = 0;
    std::string bytes;
    HandleView view() const { return {type, bytes}; }
};

// Of `path` below `directory_fd`, the last link not followed; of the descriptor itself (O_PATH serves) when `path` is "".
Result<ObjectHandle> handle_of(int directory_fd, const char* path);

// An O_PATH descriptor: opens no device and runs no driver. `mount_fd` must be a real descriptor on a mount of the handle's file system.
Result<Fd> open_handle(int mount_fd, HandleView handle);

// What /proc/self/fd says of a descriptor; "" when that fails.
std::string path_of(int fd);

// A handle and the file system it belongs to, in a form that hashes and compares. Lives on the stack: looked up for every event.
class ObjectKey {
public:
    ObjectKey() = default;
    ObjectKey(std::uint32_t file_system, HandleView handle);
    std::string_view view() const { return {bytes_.data(), size_}; }
    bool empty() const { return size_ == 0; }

    // The parts again, of a stored key.
    static std::uint32_t file_system(std::string_view key);
    static HandleView handle(std::string_view key);

private:
    std::array<char, 6 + kMaxHandleBytes> bytes_;
    std::size_t size_ = 0;
};

}  // namespace touchstone
