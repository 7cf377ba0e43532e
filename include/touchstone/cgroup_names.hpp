// What the path of a cgroup says about who runs in it. Pure.
#pragma once

#include <string_view>

namespace touchstone {

// "ssh.service" of "/system.slice/ssh.service/worker", "session-3.scope": the first service or scope; "" when there is none.
std::string_view systemd_unit_in(std::string_view cgroup);

// The uid of a Kubernetes pod ("...-pod1234abcd_....slice", "/pod1234abcd-..."), 36 characters with dashes or underscores as they stand; "" when there is none.
std::string_view pod_uid_in(std::string_view cgroup);

}  // namespace touchstone
