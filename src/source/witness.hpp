// The probes' word, for the source: which objects they are to watch, and which watched paths their records mean.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fanotify_ground.hpp"
#include "fanotify_translator.hpp"
#include "mapped_files.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/process_table.hpp"

namespace touchstone {

// Not thread-safe: the source's lock covers it.
class ProbeWitness {
public:
    using NamesOf = std::function<std::vector<std::string>(ObjectId)>;
    ProbeWitness(Probes& probes, FanotifyGround& ground, ProcessTable& processes, NamesOf names_of);

    // Watches a directory with its entries, or one file by itself, for as long as the probes run. What finds no room is counted.
    void watch_directory(KernelObject object);
    void watch_file(KernelObject object);
    // The daemon's own files from now on; what was its own before is others' again.
    void set_own(std::vector<KernelObject> objects);
    // Directories that have gone are taken out of the filter.
    void forget_freed();

    // Applies a record: what it says of processes is remembered, and touches of watched paths are put out.
    void apply(const ProbeRecord& record, WallTime wall, SteadyTime now, Outbox& out);

    // Records were lost.
    void doubt() { processes_.doubt(); }

    // Everything that has to be watched is, and the probes do their work.
    bool is_whole() const { return refusal_.empty() && !broken_; }
    const std::string& refusal() const { return refusal_; }
    void set_broken(bool broken) { broken_ = broken; }

    bool is_mapped(std::uint64_t inode) const { return mapped_.contains(inode); }
    // All files that are mapped shared and writable now, on the devices that are to be watched. Gives how many watched ones found no room.
    std::size_t find_mapped(std::vector<MappedFile> files, const std::set<std::uint64_t>& devices, SteadyTime now);
    // Touches of those that are to be looked at now.
    void look_at_mapped(WallTime wall, SteadyTime now, Outbox& out);

    void set_canary(KernelObject object);
    std::uint64_t canaries() const { return canaries_; }

private:
    std::vector<std::string> paths_of(const TouchRecord& touch);
    void enter(KernelObject object, WatchKind kind);
    bool is_own(KernelObject object) const;
    bool is_written_back(KernelObject object);

    Probes& probes_;
    FanotifyGround& ground_;
    ProcessTable& processes_;
    NamesOf names_of_;
    std::vector<KernelObject> own_;
    std::string refusal_;  // why something could not be entered
    bool broken_ = false;
    MappedFiles mapped_;
    KernelObject canary_;
    std::uint64_t canaries_ = 0;
};

}  // namespace touchstone
