#include "kernel.hpp"

#include <bpf/btf.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace touchstone {
namespace {

bool bpf_is_a_security_module() {
    std::ifstream file("/sys/kernel/security/lsm");
    const std::string modules = "," + std::string(std::istreambuf_iterator<char>(file), {}) + ",";
    return modules.find(",bpf,") != modules.npos;
}

std::uint32_t without_qualifiers(const btf* types, std::uint32_t id) {
    const auto* type = btf__type_by_id(types, id);
    while (type != nullptr && (btf_is_mod(type) || btf_is_typedef(type))) {
        id = type->type;
        type = btf__type_by_id(types, id);
    }
    return id;
}

bool points_to(const btf* types, std::uint32_t id, const char* name) {
    const auto* pointer = btf__type_by_id(types, without_qualifiers(types, id));
    if (pointer == nullptr || !btf_is_ptr(pointer)) return false;
    const auto* target = btf__type_by_id(types, without_qualifiers(types, pointer->type));
    return target != nullptr && btf_is_struct(target) && std::strcmp(btf__name_by_offset(types, target->name_off), name) == 0;
}

// The prototype of a function, or of what a tracepoint calls (behind a typedef of a pointer). 0 when there is none.
std::uint32_t prototype_of(const btf* types, const std::string& name, std::uint32_t kind) {
    const int id = btf__find_by_name_kind(types, name.c_str(), kind);
    if (id <= 0) return 0;
    const auto* type = btf__type_by_id(types, static_cast<std::uint32_t>(id));
    if (kind == BTF_KIND_FUNC) return type->type;
    const auto* pointer = btf__type_by_id(types, type->type);
    return pointer != nullptr && btf_is_ptr(pointer) ? pointer->type : 0;
}

}  // namespace

void Kernel::Free::operator()(btf* types) const { btf__free(types); }

Result<Kernel> Kernel::running() {
    Kernel kernel;
    kernel.types_.reset(btf__load_vmlinux_btf());
    if (!kernel.types_) {
        auto error = system_error("read the kernel's type information (BTF)");
        if (error.code == ENOENT || error.code == ESRCH) error.code = EOPNOTSUPP;
        return fail(std::move(error));
    }
    kernel.lsm_ = bpf_is_a_security_module();
    return kernel;
}

bool Kernel::takes(std::uint32_t prototype, const Program& program) const {
    const auto* type = btf__type_by_id(types_.get(), prototype);
    if (type == nullptr || !btf_is_func_proto(type)) return false;
    // A tracepoint's first argument is not the program's, and new ones are added at its end. What a function returns comes after its arguments.
    const bool tracepoint = program.is_attached_to("tp_btf/");
    const std::uint32_t own = tracepoint ? 1 : 0, count = program.argument.count + own;
    if (tracepoint ? btf_vlen(type) < count : btf_vlen(type) != count) return false;
    return points_to(types_.get(), btf_params(type)[program.argument.at + own].type, program.argument.type);
}

std::string Kernel::why_absent(const Program& program) const {
    const std::string target(program.target());
    const bool tracepoint = program.is_attached_to("tp_btf/"), lsm = program.is_attached_to("lsm/");
    const auto name = (tracepoint ? "btf_trace_" : lsm ? "bpf_lsm_" : "") + target;
    const auto prototype = prototype_of(types_.get(), name, tracepoint ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);
    if (prototype == 0) return fmt::format("this kernel has no {} {}", tracepoint ? "tracepoint" : lsm ? "security hook" : "function", target);
    if (!takes(prototype, program)) return fmt::format("{} takes other arguments in this kernel", target);
    if (lsm && !lsm_) return "bpf is not among the active security modules (/sys/kernel/security/lsm): add it to lsm= on the kernel's command line";
    return {};
}

}  // namespace touchstone
