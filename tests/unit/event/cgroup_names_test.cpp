#include "touchstone/cgroup_names.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace touchstone;

TEST_CASE("the unit is the first service or scope on the way") {
    CHECK(systemd_unit_in("/system.slice/ssh.service") == "ssh.service");
    CHECK(systemd_unit_in("/system.slice/ssh.service/worker.scope") == "ssh.service");
    CHECK(systemd_unit_in("/user.slice/user-1000.slice/session-3.scope") == "session-3.scope");
    CHECK(systemd_unit_in("/user.slice").empty());
    CHECK(systemd_unit_in("/").empty());
    CHECK(systemd_unit_in("").empty());
}

TEST_CASE("the uid of a pod, whichever driver made the cgroup") {
    const std::string dashes = "01234567-89ab-cdef-0123-456789abcdef", lines = "01234567_89ab_cdef_0123_456789abcdef";
    CHECK(pod_uid_in("/kubepods/burstable/pod" + dashes + "/c") == dashes);
    CHECK(pod_uid_in("/kubepods.slice/kubepods-pod" + lines + ".slice/x.scope") == lines);
    CHECK(pod_uid_in("/kubepods/pod" + dashes.substr(1)).empty());
    CHECK(pod_uid_in("/podman/pod").empty());
    CHECK(pod_uid_in("pod").empty());
}
