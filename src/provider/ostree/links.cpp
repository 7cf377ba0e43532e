#include "links.hpp"

#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"

namespace touchstone::ostree {
namespace {

bool is_object(const Attributes& now, const std::string& object) {
    const auto fd = open_nofollow(object, 0);
    if (!fd) return false;
    const auto status = stat_at(fd->get(), "");
    return status && status->id == now.id;
}

}  // namespace

Links links_of(const Question& question, const Attributes& now, const std::string& object, const Deployments& deployments) {
    const auto* known = question.known ? question.known() : nullptr;
    const auto* before = known != nullptr ? known->attributes() : nullptr;
    if (now.type != FileType::regular || before == nullptr || before->id != now.id || before->link_count == now.link_count) return {};
    auto by = deployments.made_since(known->looked_at);
    const bool accounted = now.link_count < before->link_count || (by && is_object(now, object));
    return {accounted, true, std::move(by)};
}

}  // namespace touchstone::ostree
