// Fanotify records made by hand, byte for byte as fanotify(7) describes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace touchstone::test {

template <class T>
std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

inline std::string object_body(std::uint64_t fsid, std::int32_t type, std::string_view handle) {
    return raw(fsid) + raw(static_cast<std::uint32_t>(handle.size())) + raw(type) + std::string(handle);
}

inline std::string record(std::uint8_t type, const std::string& body) {
    return raw(type) + raw(std::uint8_t{0}) + raw(static_cast<std::uint16_t>(4 + body.size())) + body;
}

inline std::string object_record(std::uint64_t fsid, std::string_view handle) { return record(1, object_body(fsid, 1, handle)); }

// Padded to four bytes, as the kernel does.
inline std::string name_record(std::uint8_t type, std::uint64_t fsid, std::string_view handle, std::string_view name) {
    std::string body = object_body(fsid, 1, handle) + std::string(name) + '\0';
    while (body.size() % 4 != 0) body += '\0';
    return record(type, body);
}

inline std::string pidfd_record(std::int32_t fd) { return record(4, raw(fd)); }

inline std::string event(std::uint64_t mask, std::int32_t pid, const std::string& records) {
    return raw(static_cast<std::uint32_t>(24 + records.size())) + raw(std::uint8_t{3}) + raw(std::uint8_t{0}) + raw(std::uint16_t{24}) + raw(mask) +
           raw(std::int32_t{-1}) + raw(pid) + records;
}

inline constexpr std::uint8_t kNameRecord = 2, kOldNameRecord = 10, kNewNameRecord = 12;

}  // namespace touchstone::test
