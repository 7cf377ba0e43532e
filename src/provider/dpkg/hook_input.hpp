// What apt tells a hook DPkg::Pre-Install-Pkgs of protocol version 3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpkg/evidence.hpp"

namespace touchstone::dpkg {

struct HookedChange {
    PackageChange change;
    std::string archive;  // path of the .deb; "" of a removal. A removal without an old version: only what the package left in /etc was there, and goes
};

struct HookInput {
    std::string command_line;  // of apt, as it tells it; may be ""
    std::vector<HookedChange> changes;
};

// "VERSION 3", lines of configuration, a blank line, then for each package: name, old version, architecture and multi-arch, a comparison, the same of
// the new version, and the archive or "**REMOVE**", "**CONFIGURE**". bad_input: another version, or a line that is none.
Result<HookInput> parse_hook_input(std::string_view text);

}  // namespace touchstone::dpkg
