#include "mappings.hpp"

#include <bpf/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "decode.hpp"
#include "object.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {

Result<Mappings> Mappings::load() {
    Mappings mappings;
    mappings.object_.reset(bpf_object__open_mem(touchstone_bpf_object, bpf_object_size(), nullptr));
    if (!mappings.object_) return fail(system_error("read the probes"));
    auto* const object = mappings.object_.get();
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, false);
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) bpf_map__set_autocreate(map, bpf_map__is_internal(map));  // which a program cannot do without
    program = bpf_object__find_program_by_name(object, "ts_each_mapping");
    bpf_program__set_autoload(program, true);
    if (const int error = bpf_object__load(object); error != 0) return fail(system_error("load iter/task_vma", -error));
    mappings.link_.reset(bpf_program__attach_iter(program, nullptr));
    if (!mappings.link_) return fail(system_error("attach iter/task_vma"));
    return mappings;
}

Result<std::vector<MappedFile>> Mappings::read() const {
    const Fd walk(bpf_iter_create(bpf_link__fd(link_.get())));
    if (!walk) return fail(system_error("walk through the memory of processes"));
    std::vector<MappedFile> files;
    std::vector<char> bytes(256 * sizeof(ts_mapping));
    for (std::size_t filled = 0;;) {
        const auto got = ::read(walk.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;  // many mappings were passed, and none was to be told
        if (got < 0) return fail(system_error("walk through the memory of processes"));
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
        std::size_t at = 0;
        for (; filled - at >= sizeof(ts_mapping); at += sizeof(ts_mapping))
            files.push_back(decode_mapping(bytes.data() + at));
        std::memmove(bytes.data(), bytes.data() + at, filled - at);
        filled -= at;
    }
    const auto before = [](const MappedFile& a, const MappedFile& b) { return a.object < b.object; };
    const auto same = [](const MappedFile& a, const MappedFile& b) { return a.object == b.object; };
    std::stable_sort(files.begin(), files.end(), before);
    files.erase(std::unique(files.begin(), files.end(), same), files.end());
    return files;
}

}  // namespace touchstone
