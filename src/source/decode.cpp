#include "decode.hpp"

#include <linux/fanotify.h>

#include <cstring>

namespace touchstone {
namespace {

constexpr std::size_t kMaxName = 255;

template <class T>
T load(std::string_view bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// fsid, then struct file_handle with its bytes; what follows is left in `rest`.
bool take_object(std::string_view& rest, FanotifyObject& object) {
    constexpr std::size_t kFixed = 8 + 4 + 4;
    if (rest.size() < kFixed) return false;
    const auto length = load<std::uint32_t>(rest.substr(8));
    if (length > kMaxHandleBytes || length > rest.size() - kFixed) return false;
    object.fsid = load<std::uint64_t>(rest);
    object.handle = {load<std::int32_t>(rest.substr(12)), rest.substr(kFixed, length)};
    rest.remove_prefix(kFixed + length);
    return true;
}

bool is_component(std::string_view name) {
    return !name.empty() && name.size() <= kMaxName && name != ".." && name.find('/') == std::string_view::npos;
}

bool take_name(std::string_view record, std::optional<FanotifyName>& into) {
    FanotifyName found;
    if (!take_object(record, found.directory)) return false;
    const auto end = record.find('\0');
    if (end == std::string_view::npos) return false;
    found.name = record.substr(0, end);
    if (!is_component(found.name)) return false;
    into = found;
    return true;
}

bool take_fid(std::string_view record, FanotifyEvent& event) {
    FanotifyObject object;
    if (!take_object(record, object)) return false;
    event.object = object;
    return true;
}

const char* take_record(std::uint8_t type, std::string_view body, FanotifyEvent& event) {
    switch (type) {
        case FAN_EVENT_INFO_TYPE_FID:
        case FAN_EVENT_INFO_TYPE_DFID:
            return take_fid(body, event) ? nullptr : "bad object record";
        case FAN_EVENT_INFO_TYPE_DFID_NAME:
            return take_name(body, event.at) ? nullptr : "bad name record";
        case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
            return take_name(body, event.from) ? nullptr : "bad record of an old name";
        case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
            return take_name(body, event.to) ? nullptr : "bad record of a new name";
        case FAN_EVENT_INFO_TYPE_PIDFD:
            if (body.size() < 4) return "bad process record";
            event.pidfd = load<std::int32_t>(body);
            return nullptr;
        default:
            return nullptr;  // of a newer kernel
    }
}

const char* take_records(std::string_view records, FanotifyEvent& event) {
    const char* malformed = nullptr;
    while (!records.empty()) {
        if (records.size() < sizeof(fanotify_event_info_header)) return "truncated information record";
        const auto header = load<fanotify_event_info_header>(records);
        if (header.len < sizeof header || header.len > records.size()) return "impossible length of an information record";
        // Read on after a bad one: a process descriptor may follow, which must be closed.
        if (const char* bad = take_record(header.info_type, records.substr(sizeof header, header.len - sizeof header), event)) malformed = bad;
        records.remove_prefix(header.len);
    }
    return malformed;
}

}  // namespace

std::optional<FanotifyEvent> decode_fanotify(std::string_view& buffer) {
    if (buffer.empty()) return std::nullopt;
    FanotifyEvent event;
    const auto give_up = [&](const char* why) {
        event.malformed = why;
        buffer = {};
        return event;
    };
    if (buffer.size() < FAN_EVENT_METADATA_LEN) return give_up("truncated event");
    const auto header = load<fanotify_event_metadata>(buffer);
    if (header.event_len < FAN_EVENT_METADATA_LEN || header.event_len > buffer.size()) return give_up("impossible length of an event");
    if (header.vers != FANOTIFY_METADATA_VERSION) return give_up("unknown version of the event format");
    if (header.metadata_len < FAN_EVENT_METADATA_LEN || header.metadata_len > header.event_len) return give_up("impossible length of a header");
    event.mask = header.mask;
    event.pid = header.pid;
    event.fd = header.fd;
    event.malformed = take_records(buffer.substr(header.metadata_len, header.event_len - header.metadata_len), event);
    buffer.remove_prefix(header.event_len);
    return event;
}

}  // namespace touchstone
