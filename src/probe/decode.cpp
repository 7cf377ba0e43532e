// Records of the ring, made into values. The bytes are the kernel's, and yet every length is checked: a map can be altered.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "decode.hpp"

namespace touchstone {
namespace {

template <std::size_t Size>
std::string text_of(const char (&text)[Size]) {
    return std::string(text, ::strnlen(text, Size));
}

std::vector<std::string_view> split_at_nul(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find('\0'), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string path_of(const ts_exec& exec) {
    const auto parts = split_at_nul({exec.path, exec.path_size});
    std::string path = parts.empty() || exec.path_whole == 1 ? "" : "...";
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) path.append("/").append(*part);
    return path;
}

// A directory's entry: anything else, taken as part of a path, would lead elsewhere.
template <std::size_t Size>
bool is_entry(const char (&name)[Size]) {
    const std::string_view text(name, ::strnlen(name, Size));
    return !text.empty() && text.size() < Size && text.find('/') == text.npos && text != "." && text != "..";
}

bool is_process(const ts_process& process) { return process.tgid <= std::numeric_limits<std::int32_t>::max(); }

TouchRecord touch_of(const ts_touch& from) {
    TouchRecord touch;
    touch.object = from_wire(from.object);
    if ((from.flags & TS_NO_NAME) == 0) {
        touch.parent = {touch.object.device, from.parent};
        touch.name = text_of(from.name);
    }
    touch.process = from_wire(from.process);
    touch.credentials = {from.uid, from.euid, from.gid, from.egid};
    touch.links = from.links;
    touch.writers = from.writers;
    touch.writable_mappings = from.writable_mappings;
    touch.directory = (from.flags & TS_DIRECTORY) != 0;
    touch.witness = static_cast<Witness>(from.witness);
    touch.time = from.header.time;
    return touch;
}

ExecRecord exec_of(const ts_exec& from) {
    ExecRecord exec;
    exec.process = from_wire(from.process);
    exec.parent = from_wire(from.parent);
    exec.executable = from_wire(from.executable);
    exec.path = path_of(from);
    for (const auto argument : split_at_nul({from.args, from.args_size})) exec.args.emplace_back(argument);
    exec.args_cut = from.args_whole > from.args_size;
    exec.name = text_of(from.name);
    exec.tty = text_of(from.tty);
    exec.credentials = {from.uid, from.euid, from.gid, from.egid};
    exec.login_uid = from.login_uid;
    exec.session = from.session;
    exec.pid_namespace = from.pid_namespace;
    exec.mount_namespace = from.mount_namespace;
    exec.cgroup = from.cgroup;
    exec.time = from.header.time;
    return exec;
}

tl::unexpected<Error> malformed(std::string what) { return fail({"a record of the probes: " + std::move(what), ErrorKind::bad_input, EBADMSG}); }

template <class Record>
Result<Record> record_as(const void* bytes, std::size_t size) {
    Record record;
    if (size != sizeof record) return malformed(fmt::format("{} bytes, {} expected", size, sizeof record));
    std::memcpy(&record, bytes, sizeof record);
    return record;
}

Result<ts_header> header_of(const void* bytes, std::size_t size) {
    ts_header header;
    if (size < sizeof header) return malformed(fmt::format("{} bytes, too short for any", size));
    std::memcpy(&header, bytes, sizeof header);
    if (header.version != TS_WIRE_VERSION) return malformed(fmt::format("version {}, {} expected", header.version, TS_WIRE_VERSION));
    if (header.size != size) return malformed(fmt::format("says {} bytes, has {}", header.size, size));
    return header;
}

Result<ProbeRecord> accepted(const ts_touch& touch) {
    if (touch.witness < TS_BY_CTIME || touch.witness > TS_BY_NAME) return malformed(fmt::format("an unknown witness, {}", touch.witness));
    if ((touch.flags & TS_NO_NAME) == 0 && !is_entry(touch.name)) return malformed("a name that is none");
    if (!is_process(touch.process)) return malformed("a process that cannot be");
    return touch_of(touch);
}

Result<ProbeRecord> accepted(const ts_fork& fork) {
    if (!is_process(fork.parent) || !is_process(fork.child)) return malformed("a process that cannot be");
    return ForkRecord{from_wire(fork.parent), from_wire(fork.child), fork.header.time};
}

Result<ProbeRecord> accepted(const ts_exec& exec) {
    if (exec.path_size > TS_PATH_SIZE || exec.args_size > TS_ARGS_SIZE) return malformed("a path or arguments beyond its end");
    if (!is_process(exec.process) || !is_process(exec.parent)) return malformed("a process that cannot be");
    return exec_of(exec);
}

Result<ProbeRecord> accepted(const ts_exit& exit) {
    if (!is_process(exit.process)) return malformed("a process that cannot be");
    return ExitRecord{from_wire(exit.process), exit.header.time};
}

template <class Record>
Result<ProbeRecord> decoded_as(const void* bytes, std::size_t size) {
    return record_as<Record>(bytes, size).and_then([](const Record& record) { return accepted(record); });
}

}  // namespace

MappedFile decode_mapping(const void* bytes) {
    ts_mapping mapping;
    std::memcpy(&mapping, bytes, sizeof mapping);
    MappedFile file{from_wire(mapping.object), {}, {}, mapping.links};
    if (mapping.parent == 0 || !is_entry(mapping.name)) return file;
    file.parent = {file.object.device, mapping.parent};
    file.name = text_of(mapping.name);
    return file;
}

Result<ProbeRecord> decode_record(const void* bytes, std::size_t size) {
    const auto header = header_of(bytes, size);
    if (!header) return fail(header.error());
    switch (header->kind) {
        case TS_TOUCH: return decoded_as<ts_touch>(bytes, size);
        case TS_FORK: return decoded_as<ts_fork>(bytes, size);
        case TS_EXEC: return decoded_as<ts_exec>(bytes, size);
        case TS_EXIT: return decoded_as<ts_exit>(bytes, size);
        default: return malformed(fmt::format("of an unknown kind, {}", header->kind));
    }
}

}  // namespace touchstone
