// Objects and processes between the wire and the daemon.
#pragma once

#include <sys/sysmacros.h>

#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone {

inline constexpr std::uint32_t kMinorBits = 20;  // of the kernel's own dev_t (<linux/kdev_t.h>)

inline KernelObject from_wire(const ts_object& object) {
    return {makedev(object.device >> kMinorBits, object.device & ((1u << kMinorBits) - 1)), object.inode};
}

inline ts_object to_wire(KernelObject object) { return {object.inode, (major(object.device) << kMinorBits) | minor(object.device), 0}; }

inline ProcessKey from_wire(const ts_process& process) { return {static_cast<std::int32_t>(process.tgid), process.start}; }

}  // namespace touchstone
