// Records as the probes make them.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone::test {

template <std::size_t Size>
void put(char (&field)[Size], std::string_view text) {
    std::memcpy(field, text.data(), std::min(text.size(), Size));
}

template <class Record>
Record blank(std::uint16_t kind) {
    Record record{};
    record.header.version = TS_WIRE_VERSION;
    record.header.kind = kind;
    record.header.size = sizeof record;
    record.header.sequence = 17;
    record.header.time = 1234567;
    return record;
}

inline ts_touch touch() {
    auto touch = blank<ts_touch>(TS_TOUCH);
    touch.object = {42, (254u << 20) | 300u, 0};
    touch.parent = 2;
    touch.process = {99, 4242, 4243};
    touch.links = 2;
    touch.writers = 3;
    touch.writable_mappings = -1;
    touch.uid = 1000;
    touch.euid = 0;
    touch.gid = 1001;
    touch.egid = 5;
    touch.mode = 0100644;
    touch.witness = TS_BY_WRITE;
    put(touch.name, "passwd");
    return touch;
}

inline ts_fork fork() {
    auto fork = blank<ts_fork>(TS_FORK);
    fork.parent = {5, 100, 100};
    fork.child = {6, 101, 101};
    return fork;
}

inline ts_exec exec() {
    using namespace std::string_view_literals;
    auto exec = blank<ts_exec>(TS_EXEC);
    exec.process = {6, 101, 101};
    exec.parent = {5, 100, 100};
    exec.cgroup = 77;
    exec.executable = {11, 8u << 20 | 1u, 0};
    exec.uid = 1000;
    exec.euid = 1;
    exec.gid = 2;
    exec.egid = 3;
    exec.login_uid = 1000;
    exec.session = 4294967295u;
    exec.pid_namespace = 4026531836u;
    exec.mount_namespace = 4026531841u;
    put(exec.name, "vim.basic");
    put(exec.tty, "pts0");
    put(exec.path, "vim.basic\0bin\0usr\0"sv);
    exec.path_size = 18;
    exec.path_whole = 1;
    put(exec.args, "vim\0-R\0\0/etc/passwd\0"sv);
    exec.args_size = exec.args_whole = 20;
    return exec;
}

inline ts_exit exit() {
    auto exit = blank<ts_exit>(TS_EXIT);
    exit.process = {6, 101, 101};
    return exit;
}

// Its own allocation of just this size, so that a sanitizer sees a read past the end.
template <class Record>
std::string bytes_of(const Record& record) {
    return {reinterpret_cast<const char*>(&record), sizeof record};
}

inline Result<ProbeRecord> decoded(const std::string& bytes) { return decode_record(std::string(bytes).data(), bytes.size()); }

template <class Wanted, class Record>
Wanted accepted(const Record& record) {
    auto result = decoded(bytes_of(record));
    if (!result) throw std::runtime_error(result.error().what);
    return std::get<Wanted>(std::move(*result));
}

}  // namespace touchstone::test
