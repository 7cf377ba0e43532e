// Changes that are critical whatever the rule says of their path.
#pragma once

#include "touchstone/finding.hpp"

namespace touchstone {

// A setuid or setgid bit or a capability that a file has gained, or that a new one has; and what will be run, or let somebody in, by itself, as it
// appears: a systemd unit, a cron job, authorized_keys, ld.so.preload.
bool is_grave(const Finding& finding);

}  // namespace touchstone
