// What apt is about to unpack, verified against the signed archive lists and remembered for the provider "dpkg": the work of apt's hook, done outside of
// the daemon (`touchstone evidence apt`), so that an archive that breaks its reader breaks no watch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

struct PackageEvidence {
    std::string root = "/";       // as ProviderSettings::Dpkg
    std::string state_directory;  // dpkg.db is there
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    bool weak = true;             // MD5 lists count
    std::function<WallTime()> wall_now;
    std::function<bool()> out_of_time;  // asked between archives: what is left is refused then
};

// What was not believed. All are bytes; of what is no archive (a list without a good signature) there is the reason alone.
struct RefusedPackage {
    std::string package, architecture, version;
    std::string archive;  // path of the .deb
    std::string reason;
};
std::string text_of(const RefusedPackage& refused);  // "NAME VERSION (ARCHIVE): REASON"

struct PackageReport {
    std::size_t verified = 0;  // archives whose files are known now
    std::vector<RefusedPackage> refused;  // left in dpkg.db as well, where the watch finds them, and tells (Provider::refusals)
};

// `hook` is what apt writes to a hook of protocol version 3 (DPkg::Pre-Install-Pkgs, apt.conf(5)); `pid` is apt's. Everything that is known once it returns
// was committed. bad_input: it is not that protocol. Blocks while archives and lists are read and gpgv runs.
Result<PackageReport> begin_apt_run(const PackageEvidence& evidence, std::string_view hook, std::int32_t pid);

// Whose hook this process is: the nearest of its parents that is no shell; 0 when there is none.
std::int32_t hooking_process();

// apt has ended: what is not installed any more is forgotten.
Result<PackageReport> end_apt_run(const PackageEvidence& evidence);

// Without the hook: the archives that apt left in its cache, as far as their version is installed or they have just come, and which of the other
// installed packages the signed lists have.
Result<PackageReport> read_package_cache(const PackageEvidence& evidence);

}  // namespace touchstone
