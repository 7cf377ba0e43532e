// The provider "dpkg" (docs/adr/0009-package-evidence.md).
#pragma once

#include <memory>
#include <string>

#include "dpkg/cache_reading.hpp"
#include "dpkg/ground.hpp"
#include "dpkg/scripts.hpp"
#include "touchstone/providers.hpp"

namespace touchstone::dpkg {

class DpkgProvider final : public Provider {
public:
    DpkgProvider(ProviderSettings::Dpkg settings, std::string state_directory);

    std::string_view name() const override { return "dpkg"; }
    Status ask(const Question& question, std::vector<Claim>& claims) override;
    Result<std::optional<Transaction>> transaction(const std::string& id) override;
    Result<std::vector<Refusal>> refusals(std::int64_t after) override;
    std::uint64_t version() override { return ground_.version(); }

private:
    struct Standings;  // of what packages have at one path

    Result<Standings> standings_at(const std::string& path);
    Status ask_archives(const Question& question, const std::string& path, std::vector<Claim>& claims);
    Result<bool> is_being_removed(const Stood& stood);
    Status ask_of_temporary(const Question& question, const std::string& path, std::vector<Claim>& claims);
    Status ask_of_gone_temporary(const Question& question, const std::string& path, const Observation& before, std::vector<Claim>& claims);
    Status ask_of_absence(const Question& question, const std::string& path, const Standings& standings, std::vector<Claim>& claims);
    Status ask_lineage(const Question& question, const std::string& path, std::vector<Claim>& claims);
    Result<std::optional<Claim>> explained(const Actor& actor, const std::string& path, const Question& question, bool is_vouched);
    Result<std::optional<KnownFile>> purged_conffile(const std::string& path, const std::string& transaction);
    Result<bool> is_temporary_of_package(const std::string& path);
    Result<std::string> held_by_dpkg(const Question& question, const std::string& path);
    Result<bool> ask_of_kept(const Question& question, const std::string& path, std::vector<Claim>& claims);
    void await(const Question& question, bool unread, std::vector<Claim>& claims);

    Ground ground_;
    std::shared_ptr<CacheReading> reading_;
};

// null: nothing is installed by dpkg below the root.
Result<std::unique_ptr<Provider>> open_dpkg(const ProviderSettings& settings, const std::string& state_directory);

}  // namespace touchstone::dpkg
