// Probes on the running kernel, and what they told.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "touchstone/fd.hpp"
#include "touchstone/probe.hpp"

namespace touchstone::test {

// The tier that TOUCHSTONE_PROBE_TIER names ("timestamps", "lsm", "fentry"), or the best.
ProbeOptions probe_options();

// By the file system's own number, as the kernel knows it: on btrfs, st_dev is another.
KernelObject object_at(const std::string& path);

// Runs `act` in a child and waits for it. 0, or what it gave to _exit(): 1 when it threw.
struct Done {
    pid_t child;
    int status;
};
Done in_child(const std::function<void()>& act);

// One of the probes' maps, of those that were loaded last by this process; others may run on the host.
Fd map_named(const std::string& name);

// A directory whose entries are watched.
class Witnessed {
public:
    explicit Witnessed(ProbeOptions options = probe_options());
    ~Witnessed();

    std::string tree() const { return home + "/tree"; }
    std::string file(const std::string& name) const { return tree() + "/" + name; }
    std::string make(const std::string& name, const std::string& content = "content");

    // Everything told until now; what was lost is counted.
    std::vector<ProbeRecord> told();
    // What `act` made to be told of `path`, by whomever.
    std::vector<TouchRecord> touches_of(const std::string& path, const std::function<void()>& act);

    std::string home;
    std::unique_ptr<Probes> probes;
    std::uint64_t lost = 0, lost_processes = 0;
};

}  // namespace touchstone::test
