// Which providers there are, and how they are set up ([providers] of the configuration).
#pragma once

#include <string>
#include <vector>

#include "touchstone/provider.hpp"

namespace touchstone {

struct ProviderSettings {
    struct Dpkg {
        bool enabled = true;
        std::string root = "/";  // where the packages are installed: dpkg's database is ROOT/var/lib/dpkg
        bool weak = true;        // dpkg's MD5 lists count where nothing better is known; never in FIPS mode
    } dpkg;
    struct Rpm {
        bool enabled = true;
        std::string root = "/";
    } rpm;
    struct Ostree {
        bool enabled = true;
        std::string sysroot = "/";
    } ostree;
    struct Verity {
        std::vector<std::string> certificates;  // PEM files: who may sign fs-verity digests; none: no signature is believed
    } verity;
    struct Ignition {
        std::vector<std::string> configs;  // rendered configurations (Ignition or MachineConfig, JSON)
    } ignition;
    struct Approvals {
        std::vector<std::string> keys;  // PEM files: Ed25519 public keys of those who may approve; none: nothing is approved
    } approvals;
};

// Those that are enabled and whose source is there (a host without rpm has no rpm database), for one thread. What they keep themselves lies in
// `state_directory`. bad_input, system, corrupt: the first that is set up and cannot be used, named; the others are not given up for it by a caller who
// opens them one by one with `only` (a provider's name).
Result<Providers> open_providers(const ProviderSettings& settings, const std::string& state_directory, const std::string& only = "");

// The names that `only` takes, in the order in which they are asked.
const std::vector<std::string>& provider_names();

}  // namespace touchstone
