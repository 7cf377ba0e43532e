// Whether the probes are to be used ([sources] ebpf).
#pragma once

namespace touchstone {

enum class ProbeUse {
    automatic,  // where the kernel lets them load, else fanotify alone
    off,
    required,   // the watch does not start without them
};

}  // namespace touchstone
