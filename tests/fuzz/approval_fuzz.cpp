// Approvals and manifests, on any bytes: what is taken as an approval is written as exactly these bytes, and approves only plain absolute paths.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "touchstone/approval.hpp"
#include "touchstone/manifest.hpp"

namespace {

using namespace touchstone;

void must(bool holds) {
    if (!holds) std::abort();
}

void inspect(const Listing& listing) {
    for (const auto& [path, state] : listing) must(fault_of_approved_path(path).empty() && state.kind != ApprovedState::Kind::any);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto approval = parse_approval(bytes)) {
        must(approval_text(*approval) == bytes);
        for (const auto& change : approval->changes) must(fault_of_approved_path(change.path).empty());
    }
    must(!verify_approval(bytes, {}));
    static_cast<void>(claimed_signer(bytes));
    for (const auto* root : {"", "/srv"}) {
        if (const auto sums = parse_sums(bytes, root)) inspect(*sums);
        if (const auto mtree = parse_mtree(bytes, root)) inspect(*mtree);
    }
    return 0;
}
