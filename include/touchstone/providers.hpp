// Which providers there are, and how they are set up ([providers] of the configuration).
#pragma once

#include <string>
#include <vector>

#include "touchstone/provider.hpp"

namespace touchstone {

// One [[expect]]: a kind of change that is normal here. Path and writer must fit.
struct Expectation {
    std::string name;                     // in evidence; by default its path
    std::string path;                     // a glob over the whole path (policy.hpp); `**` is allowed
    std::vector<std::string> attributes;  // that may change, as Claim::covers; empty: any
    // The writer: each that is given must fit every process that wrote.
    std::string executable;  // path
    std::string sha256;      // of the executable, 64 hex digits; without it and `package` the executable must be as the baseline has it
    std::string package;     // that the executable belongs to, by a provider that vouches for it
    std::string unit;        // systemd unit
    std::string user;        // name, or number
    bool operator==(const Expectation&) const = default;
};

struct ProviderSettings {
    std::vector<Expectation> expectations;

    struct Dpkg {
        bool enabled = true;
        std::string root = "/";  // where the packages are installed: dpkg's database is ROOT/var/lib/dpkg
        bool weak = true;        // dpkg's MD5 lists count where nothing better is known; never in FIPS mode
    } dpkg;
    struct Rpm {
        bool enabled = true;
        std::string root = "/";
    } rpm;
    struct Selinux {
        bool enabled = true;
        std::string root = "/";  // whose policy it is: ROOT/etc/selinux
    } selinux;
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
