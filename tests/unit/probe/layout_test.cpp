// The records and keys as the compiled probes lay them out, against how the daemon's compiler does.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>

#include "object.hpp"
#include "touchstone/wire.h"

using namespace touchstone;

namespace {

using Place = std::pair<std::size_t, std::size_t>;  // offset, size

struct Layout {
    std::string name;
    std::size_t size;
    std::map<std::string, Place> members;
};

#define LAYOUT(type, ...) Layout{#type, sizeof(type), __VA_ARGS__}
#define AT(type, member) {#member, {offsetof(type, member), sizeof(type::member)}}
#define HEADER(type) AT(type, header)

const Layout kLayouts[] = {
    LAYOUT(ts_header, {AT(ts_header, version), AT(ts_header, kind), AT(ts_header, size), AT(ts_header, cpu), AT(ts_header, reserved), AT(ts_header, sequence),
                       AT(ts_header, time)}),
    LAYOUT(ts_object, {AT(ts_object, inode), AT(ts_object, device), AT(ts_object, reserved)}),
    LAYOUT(ts_process, {AT(ts_process, start), AT(ts_process, tgid), AT(ts_process, tid)}),
    LAYOUT(ts_touch, {HEADER(ts_touch), AT(ts_touch, object), AT(ts_touch, parent), AT(ts_touch, process), AT(ts_touch, generation), AT(ts_touch, links),
                      AT(ts_touch, writers), AT(ts_touch, writable_mappings), AT(ts_touch, uid), AT(ts_touch, euid), AT(ts_touch, gid), AT(ts_touch, egid),
                      AT(ts_touch, mode), AT(ts_touch, witness), AT(ts_touch, flags), AT(ts_touch, reserved), AT(ts_touch, name)}),
    LAYOUT(ts_fork, {HEADER(ts_fork), AT(ts_fork, parent), AT(ts_fork, child)}),
    LAYOUT(ts_exec, {HEADER(ts_exec), AT(ts_exec, process), AT(ts_exec, parent), AT(ts_exec, cgroup), AT(ts_exec, executable), AT(ts_exec, uid),
                     AT(ts_exec, euid), AT(ts_exec, gid), AT(ts_exec, egid), AT(ts_exec, login_uid), AT(ts_exec, session), AT(ts_exec, pid_namespace),
                     AT(ts_exec, mount_namespace), AT(ts_exec, name), AT(ts_exec, tty), AT(ts_exec, path_size), AT(ts_exec, args_size),
                     AT(ts_exec, args_whole), AT(ts_exec, path_whole), AT(ts_exec, path), AT(ts_exec, args)}),
    LAYOUT(ts_mapping, {AT(ts_mapping, object), AT(ts_mapping, parent), AT(ts_mapping, links), AT(ts_mapping, reserved), AT(ts_mapping, name)}),
    LAYOUT(ts_exit, {HEADER(ts_exit), AT(ts_exit, process)}),
    LAYOUT(ts_seen_key, {AT(ts_seen_key, object), AT(ts_seen_key, start), AT(ts_seen_key, tgid), AT(ts_seen_key, reserved)}),
    LAYOUT(ts_settings, {AT(ts_settings, pid_namespace)}),
    LAYOUT(ts_counters, {AT(ts_counters, sequence), AT(ts_counters, lost), AT(ts_counters, lost_processes), AT(ts_counters, repeated), AT(ts_counters, unwatched)}),
};

using Object = std::unique_ptr<bpf_object, void (*)(bpf_object*)>;

Object compiled() {
    libbpf_set_print(nullptr);
    Object object(bpf_object__open_mem(touchstone_bpf_object, bpf_object_size(), nullptr), bpf_object__close);
    REQUIRE(object);
    return object;
}

std::map<std::string, Place> members_of(const btf* types, const btf_type* type) {
    std::map<std::string, Place> members;
    for (std::uint32_t index = 0; index < btf_vlen(type); ++index) {
        const auto& member = btf_members(type)[index];
        const auto size = btf__resolve_size(types, member.type);
        REQUIRE(size >= 0);
        members[btf__name_by_offset(types, member.name_off)] = {btf_member_bit_offset(type, index) / 8, static_cast<std::size_t>(size)};
    }
    return members;
}

}  // namespace

TEST_CASE("the compiled probes lay out every record and key as the daemon does") {
    const auto object = compiled();
    const btf* types = bpf_object__btf(object.get());
    REQUIRE(types != nullptr);
    for (const auto& layout : kLayouts) {
        INFO(layout.name);
        const int id = btf__find_by_name_kind(types, layout.name.c_str(), BTF_KIND_STRUCT);
        REQUIRE(id > 0);
        const auto* type = btf__type_by_id(types, static_cast<std::uint32_t>(id));
        CHECK(type->size == layout.size);
        CHECK(members_of(types, type) == layout.members);  // also that none is missing here
    }
}

TEST_CASE("no record has bytes that are not filled in") {
    for (const auto& layout : kLayouts) {
        INFO(layout.name);
        std::size_t used = 0;
        for (const auto& [_, place] : layout.members) used += place.second;
        CHECK(used == layout.size);  // a gap would carry what the ring held before
    }
}

TEST_CASE("the maps are keyed as the daemon keys them") {
    const auto object = compiled();
    const auto check = [&](const char* name, std::size_t key, std::size_t value) {
        INFO(name);
        auto* map = bpf_object__find_map_by_name(object.get(), name);
        REQUIRE(map != nullptr);
        if (bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS) map = bpf_map__inner_map(map);
        REQUIRE(map != nullptr);
        CHECK(bpf_map__key_size(map) == key);
        CHECK(bpf_map__value_size(map) == value);
    };
    check("ts_filter", sizeof(ts_object), sizeof(std::uint32_t));
    check("ts_seen", sizeof(ts_seen_key), sizeof(std::uint64_t));
    check("ts_count", sizeof(std::uint32_t), sizeof(ts_counters));
    check("ts_ring", 0, 0);
}
