// The words that value types have outside: in configuration, events and databases.
#include <sys/stat.h>

#include "touchstone/finding.hpp"
#include "touchstone/object.hpp"
#include "touchstone/rule.hpp"

namespace touchstone {

std::string_view name_of(FileType type) {
    switch (type) {
        case FileType::regular: return "file";
        case FileType::directory: return "dir";
        case FileType::symlink: return "symlink";
        case FileType::fifo: return "fifo";
        case FileType::socket: return "socket";
        case FileType::block_device: return "block";
        case FileType::character_device: return "char";
    }
    return "file";
}

FileType file_type_of(std::uint32_t st_mode) {
    switch (st_mode & S_IFMT) {
        case S_IFDIR: return FileType::directory;
        case S_IFLNK: return FileType::symlink;
        case S_IFIFO: return FileType::fifo;
        case S_IFSOCK: return FileType::socket;
        case S_IFBLK: return FileType::block_device;
        case S_IFCHR: return FileType::character_device;
        default: return FileType::regular;
    }
}

std::string_view name_of(Profile profile) {
    switch (profile) {
        case Profile::content: return "content";
        case Profile::metadata: return "metadata";
        case Profile::presence: return "presence";
        case Profile::log: return "log";
    }
    return "content";
}

std::string_view name_of(Diff diff) {
    switch (diff) {
        case Diff::off: return "off";
        case Diff::shown: return "on";
        case Diff::private_too: return "private";
    }
    return "off";
}

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::low: return "low";
        case Severity::medium: return "medium";
        case Severity::high: return "high";
        case Severity::critical: return "critical";
    }
    return "medium";
}

std::string_view name_of(Action action) {
    switch (action) {
        case Action::changed: return "changed";
        case Action::appeared: return "appeared";
        case Action::vanished: return "vanished";
        case Action::renamed: return "renamed";
        case Action::reverted: return "reverted";
        case Action::touched: return "touched";
        case Action::unreadable: return "unreadable";
    }
    return "changed";
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::unexpected: return "unexpected";
        case Verdict::expected: return "expected";
        case Verdict::authorized: return "authorized";
    }
    return "unexpected";
}
}  // namespace touchstone
