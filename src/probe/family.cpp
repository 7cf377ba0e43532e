#include "family.hpp"

#include <bpf/bpf.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "object.hpp"
#include "touchstone/wire.h"

namespace touchstone {
namespace {

// What libbpf has to say of a failure. It has one printer for the whole process.
thread_local std::string words;

int keep_words(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN) return 0;
    char* text = nullptr;
    const int size = ::vasprintf(&text, format, arguments);  // the verifier can be long
    if (size < 0) return size;
    words.append(text, static_cast<std::size_t>(size));
    std::free(text);
    return size;
}

// The verifier's verdict stands in the line before its statistics; without one, libbpf's first words.
std::string essence() {
    auto end = words.find("\nprocessed ");
    const auto begin = end == words.npos ? 0 : words.rfind('\n', end - 1) + 1;
    if (end == words.npos) end = words.find('\n');
    return words.substr(begin, end - begin);
}

Error refusal(const char* attempted, int code) { return system_error(fmt::format("{} ({})", attempted, essence()), code); }

// The inode of this process's pid namespace; 0 when it is the initial one.
std::uint32_t own_pid_namespace() {
    constexpr ino_t kInitial = 0xEFFFFFFC;
    struct stat status {};
    if (::stat("/proc/self/ns/pid", &status) != 0 || status.st_ino == kInitial) return 0;
    return static_cast<std::uint32_t>(status.st_ino);
}

Object open_object(const MapSizes& sizes) {
    words.clear();
    libbpf_set_print(keep_words);
    Object object(bpf_object__open_mem(touchstone_bpf_object, bpf_object_size(), nullptr));
    if (!object) return object;
    const auto resize = [&](const char* map, std::uint32_t entries) { bpf_map__set_max_entries(bpf_object__find_map_by_name(object.get(), map), entries); };
    resize("ts_ring", sizes.ring);
    resize("ts_seen", sizes.seen);
    const ts_settings settings{own_pid_namespace()};
    if (bpf_map__set_initial_value(bpf_object__find_map_by_name(object.get(), ".rodata.settings"), &settings, sizeof settings) != 0) return nullptr;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) bpf_program__set_autoload(program, false);
    return object;
}

bpf_program* find(const Object& object, const Program& program) { return bpf_object__find_program_by_name(object.get(), program.function); }

}  // namespace

Result<Family> Family::attach(ProbeTier tier, const Kernel& kernel, const MapSizes& sizes) {
    Family family(tier);
    family.choose(kernel);
    if (auto possible = family.judge(); !possible) return fail(possible.error());
    if (!family.load(sizes)) {
        family.leave_out_the_refused();
        if (auto possible = family.judge(); !possible) return fail(possible.error());
        if (auto loaded = family.load(sizes); !loaded) return fail(loaded.error());
    }
    family.attach_each();
    words.clear();
    words.shrink_to_fit();
    return family.judge().map([&] { return std::move(family); });
}

void Family::choose(const Kernel& kernel) {
    for (const auto& program : programs()) {
        Member member{&program, nullptr, nullptr, kernel.why_absent(program), 0};
        if (!member.why_not.empty()) member.code = EOPNOTSUPP;
        else if (!program.is_in(tier_)) member.why_not = fmt::format("not needed with {}", name_of(tier_));
        members_.push_back(std::move(member));
    }
}

Status Family::load(const MapSizes& sizes) {
    object_ = open_object(sizes);
    if (!object_) return fail(refusal("read the probes", errno));
    for (auto& member : members_)
        if (member.program->is_in(tier_) && member.why_not.empty()) {
            member.loaded = find(object_, *member.program);
            bpf_program__set_autoload(member.loaded, true);
        }
    if (const int error = bpf_object__load(object_.get()); error != 0) return fail(refusal("load the probes", -error));
    return {};
}

// libbpf loads all or nothing: so each by itself, to see which it is.
void Family::leave_out_the_refused() {
    for (auto& member : members_) {
        member.loaded = nullptr;
        if (!member.program->is_in(tier_) || !member.why_not.empty()) continue;
        const auto object = open_object({});
        if (object) bpf_program__set_autoload(find(object, *member.program), true);
        const int error = object ? bpf_object__load(object.get()) : -errno;
        if (error == 0) continue;
        member.why_not = refusal("load", -error).what;
        member.code = -error;
    }
}

void Family::attach_each() {
    for (auto& member : members_) {
        if (member.loaded == nullptr) continue;
        words.clear();
        member.link.reset(bpf_program__attach(member.loaded));
        member.code = member.link ? 0 : errno;
        member.why_not = member.link ? "" : refusal("attach", errno).what;
    }
}

Status Family::attach_again() {
    for (auto& member : members_) member.link.reset();
    attach_each();
    for (const auto& member : members_)
        if (member.loaded != nullptr && !member.link) return fail(system_error(fmt::format("attach {}", member.program->attach), member.code));
    return {};
}

Status Family::judge() const {
    for (const auto& member : members_)
        if (member.program->is_in(tier_) && member.program->essential && !member.why_not.empty())
            return fail({fmt::format("{}: {}: {}", name_of(tier_), member.program->attach, member.why_not),
                         member.code == EPERM || member.code == EACCES ? ErrorKind::no_permission : ErrorKind::system, member.code});
    return {};
}

bool Family::is_attached(std::string_view function) const {
    return std::any_of(members_.begin(), members_.end(), [&](const Member& member) { return member.link && member.program->function == function; });
}

std::vector<ProbeReport> Family::reports() const {
    std::vector<ProbeReport> reports;
    for (const auto& member : members_) {
        const auto& program = *member.program;
        const bool needed = program.is_in(tier_) && !member.link && !is_attached(program.stand_in);
        reports.push_back({program.attach, program.witnesses, member.link != nullptr, member.why_not, needed});
    }
    return reports;
}

std::string Family::detached() const {
    for (const auto& member : members_) {
        if (!member.link) continue;
        bpf_link_info info{};
        std::uint32_t size = sizeof info;
        if (bpf_obj_get_info_by_fd(bpf_link__fd(member.link.get()), &info, &size) != 0 || info.prog_id == 0) return member.program->attach;
    }
    return {};
}

std::uint64_t Family::missed() const {
    std::uint64_t total = 0;
    for (const auto& member : members_) {
        bpf_prog_info info{};
        std::uint32_t size = sizeof info;
        if (member.link && bpf_obj_get_info_by_fd(bpf_program__fd(member.loaded), &info, &size) == 0) total += info.recursion_misses;
    }
    return total;
}

int Family::map(const char* name) const { return bpf_object__find_map_fd_by_name(object_.get(), name); }

}  // namespace touchstone
