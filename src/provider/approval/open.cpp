#include "approval/open.hpp"

#include "approval/provider.hpp"
#include "touchstone/machine_id.hpp"

namespace touchstone::approval {

Result<std::unique_ptr<Provider>> open(const ProviderSettings& settings, const std::string& state_directory) {
    if (settings.approvals.keys.empty()) return std::unique_ptr<Provider>();
    auto keys = ApproverKey::load_all(settings.approvals.keys);
    if (!keys) return fail(keys.error());
    return std::make_unique<ApprovalProvider>(std::move(*keys), state_directory, machine_id());
}

}  // namespace touchstone::approval
