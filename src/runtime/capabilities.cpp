#include "capabilities.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace touchstone {
namespace {

struct Needed {
    unsigned number;
    const char* name;
};

// fanotify_init(2) with filesystem marks wants the first, open_by_handle_at(2) the second.
constexpr std::array kNeeded{Needed{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, Needed{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"}};

}  // namespace

Result<std::vector<std::string>> missing_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    if (::syscall(SYS_capget, &header, data) != 0) return fail(system_error("capget"));
    std::vector<std::string> missing;
    for (const auto& needed : kNeeded)
        if ((data[CAP_TO_INDEX(needed.number)].effective & CAP_TO_MASK(needed.number)) == 0) missing.emplace_back(needed.name);
    return missing;
}

}  // namespace touchstone
