#include "approval_lines.hpp"

#include <fmt/format.h>

#include "touchstone/bytes.hpp"

namespace touchstone::cli {

std::string state_text(const ApprovedState& state) {
    using Kind = ApprovedState::Kind;
    std::string out;
    switch (state.kind) {
        case Kind::any: return "whatever it was";
        case Kind::absent: return "absent";
        case Kind::file: out = "file"; break;
        case Kind::symlink: out = "symbolic link to " + printable(state.link_target); break;
        case Kind::directory: out = "directory"; break;
    }
    for (const auto& [algorithm, raw] : state.digests) out += fmt::format(" {}:{}", config_name(algorithm), to_hex(raw));
    if (state.mode) out += fmt::format(" mode {:04o}", *state.mode);
    if (state.uid) out += fmt::format(" uid {}", *state.uid);
    if (state.gid) out += fmt::format(" gid {}", *state.gid);
    return out;
}

std::string change_line(const ApprovedChange& change) {
    return fmt::format("{}\n    before  {}\n    after   {}\n", printable(change.path), state_text(change.before), state_text(change.after));
}

}  // namespace touchstone::cli
