#include "dpkg/lineage.hpp"

#include <array>

#include <algorithm>

#include "dpkg/in_root.hpp"
#include "dpkg/places.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::array<std::string_view, 4> kMembers{"preinst", "postinst", "prerm", "postrm"};
// The interpreter, its options, then the script: debconf's frontend is put in front of it.
constexpr std::size_t kMaxBefore = 6;

bool is_member(std::string_view name) { return std::find(kMembers.begin(), kMembers.end(), name) != kMembers.end(); }

std::optional<Script> script_named(const std::string& argument, const std::string& root) {
    if (!argument.starts_with('/')) return std::nullopt;
    const auto from_outside = inside(argument, root);
    const std::string path = root != "/" && !from_outside.empty() ? from_outside : argument;
    const auto [directory, name] = split_path(path);
    Script script;
    script.path = path;
    if (directory == "/var/lib/dpkg/tmp.ci" && is_member(name)) {
        script.member = name;
        return script;
    }
    const auto dot = name.rfind('.');
    if (directory != "/var/lib/dpkg/info" || dot == std::string_view::npos || !is_member(name.substr(dot + 1))) return std::nullopt;
    script.package = name.substr(0, dot);
    script.member = name.substr(dot + 1);
    return script;
}

std::optional<Script> script_run_by(const Process& process, const std::string& root) {
    for (std::size_t at = 0; at < process.args.size() && at < kMaxBefore; ++at)
        if (auto script = script_named(process.args[at], root)) {
            script->pid = process.pid;
            script->start = process.start;
            return script;
        }
    return std::nullopt;
}

}  // namespace

Lineage lineage_of(const Actor& actor, const std::string& root) {
    if (is_dpkg(actor.process.executable)) {
        // Between fork and exec a script's process still is dpkg.
        return {Lineage::Kind::dpkg, std::nullopt};
    }
    const Process* below = &actor.process;
    for (const auto& ancestor : actor.ancestors) {
        if (is_dpkg(ancestor.executable)) {
            auto script = script_run_by(*below, root);
            if (script) return {Lineage::Kind::script, std::move(script)};
            return {Lineage::Kind::dpkg, std::nullopt};  // tar, rm and the like, which dpkg starts for itself
        }
        below = &ancestor;
    }
    return {is_apt(actor.process.executable) ? Lineage::Kind::apt : Lineage::Kind::foreign, std::nullopt};
}

}  // namespace touchstone::dpkg
