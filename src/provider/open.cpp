#include <array>
#include <functional>

#include "approval/open.hpp"
#include "dpkg/provider.hpp"
#include "expect/expect.hpp"
#include "ignition/provider.hpp"
#include "ostree/provider.hpp"
#include "rpm/provider.hpp"
#include "selinux/provider.hpp"
#include "touchstone/providers.hpp"
#include "verity/provider.hpp"

namespace touchstone {
namespace {

// null: it is not set up, or its source is not there.
using Open = std::function<Result<std::unique_ptr<Provider>>(const ProviderSettings& settings, const std::string& state_directory)>;
struct Known {
    std::string name;
    Open open;
};

// What speaks of one object exactly comes before what speaks of many.
const std::vector<Known>& known() {
    static const std::vector<Known> all{
        {"approval", approval::open},
        {"dpkg", dpkg::open_dpkg},
        {"fs-verity", [](const auto& settings, const auto&) { return open_verity(settings.verity.certificates); }},
        {"ignition", [](const auto& settings, const auto&) { return open_ignition(settings.ignition.configs); }},
#ifdef TOUCHSTONE_OSTREE
        {"ostree", [](const auto& settings, const auto&) { return settings.ostree.enabled ? open_ostree(settings.ostree.sysroot) : Result<std::unique_ptr<Provider>>(); }},
#endif
#ifdef TOUCHSTONE_RPM
        {"rpm", [](const auto& settings, const auto&) { return settings.rpm.enabled ? open_rpm(settings.rpm.root) : Result<std::unique_ptr<Provider>>(); }},
#endif
#ifdef TOUCHSTONE_SELINUX
        {"selinux", [](const auto& settings, const auto&) { return settings.selinux.enabled ? open_selinux(settings.selinux.root) : Result<std::unique_ptr<Provider>>(); }},
#endif
        {"expect", open_expect},
    };
    return all;
}

}  // namespace

const std::vector<std::string>& provider_names() {
    static const auto names = [] {
        std::vector<std::string> made;
        for (const auto& each : known()) made.push_back(each.name);
        return made;
    }();
    return names;
}

Result<Providers> open_providers(const ProviderSettings& settings, const std::string& state_directory, const std::string& only) {
    Providers opened;
    for (const auto& each : known()) {
        if (!only.empty() && each.name != only) continue;
        auto provider = each.open(settings, state_directory);
        if (!provider) return fail(provider.error());
        if (*provider) opened.push_back(std::move(*provider));
    }
    return opened;
}

}  // namespace touchstone
