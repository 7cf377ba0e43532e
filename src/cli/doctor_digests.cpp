#include <fmt/format.h>

#include <algorithm>

#include "doctor_probe.hpp"
#include "touchstone/digest.hpp"
#include "touchstone/doctor.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

using Level = Diagnosis::Level;

Diagnosis digests() {
    const auto offered = offered_digests();
    std::vector<std::string_view> offers, lacks;
    for (const auto each : kDigestAlgorithms)
        (std::find(offered.begin(), offered.end(), each) == offered.end() ? lacks : offers).push_back(config_name(each));
    if (offers.empty()) return {Level::fail, "digests", "OpenSSL offers none, so nothing can be looked at", "look at what openssl.cnf activates: openssl list -providers"};
    const std::string without = lacks.empty() ? "" : fmt::format("; not {}", fmt::join(lacks, ", "));
    return {Level::ok, "digests", fmt::format("OpenSSL offers {}{}", fmt::join(offers, ", "), without), ""};
}

Diagnosis fips() {
    const bool kernel = cli::first_line("/proc/sys/crypto/fips_enabled") == "1";
    if (is_fips_enabled() && offered_digests().empty())
        return {Level::fail, "FIPS mode", "is asked for by openssl.cnf (default_properties), and no FIPS provider is active",
                "install the FIPS provider and activate it in openssl.cnf: fips_module(7)"};
    if (is_fips_enabled()) return {Level::ok, "FIPS mode", "is on: digests come from OpenSSL's FIPS provider", ""};
    if (kernel)
        return {Level::warn, "FIPS mode", "the kernel's is on (/proc/sys/crypto/fips_enabled), and OpenSSL's is not",
                "set default_properties = fips=yes in openssl.cnf: fips_module(7)"};
    return {Level::ok, "FIPS mode", "is off", ""};
}

}  // namespace

std::vector<Diagnosis> examine_digests() { return {digests(), fips()}; }

}  // namespace touchstone
