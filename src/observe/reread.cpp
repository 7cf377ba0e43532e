#include "content.hpp"
#include "status.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

bool is_state_of(const Tried<struct statx>& status, const Attributes& seen) {
    if (!status) return false;
    const auto now = attributes_of(*status);
    return now.id == seen.id && now.type == seen.type && now.size == seen.size && now.ctime == seen.ctime;
}

}  // namespace

Status read_content(const Observation& seen, const std::function<void(std::string_view)>& consume) {
    const auto refused = [&](const char* attempted, int error) { return fail(system_error(std::string(attempted) + " " + printable(seen.path), error)); };
    const Attributes* attributes = seen.attributes();
    if (attributes == nullptr || attributes->type != FileType::regular) return refused("read", EINVAL);
    const auto path = open_nofollow(seen.path, 0);
    if (!path) return fail(path.error());
    if (!is_state_of(status_of(path->get()), *attributes)) return refused("read", EBUSY);
    const auto file = reopen(path->get(), 0);
    if (!file) return refused(file.error().attempted, file.error().error);
    const auto pass_on = [&](std::string_view bytes) {
        consume(bytes);
        return true;
    };
    const auto reached = ContentReader().read(file->get(), 0, attributes->size, {}, pass_on);
    if (!reached) return refused(reached.error().attempted, reached.error().error);
    if (*reached < attributes->size || !is_state_of(status_of(file->get()), *attributes)) return refused("read", EBUSY);
    return {};
}

}  // namespace touchstone
