// The parts of FanotifySource, and the lock over them.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "decode.hpp"
#include "fanotify_ground.hpp"
#include "fanotify_marker.hpp"
#include "fanotify_own.hpp"
#include "fanotify_translator.hpp"
#include "witness.hpp"
#include "touchstone/source.hpp"

namespace touchstone {

struct FanotifySource::Impl {
    Impl(FanotifyOptions given, std::shared_ptr<const Policy> policy, ProcessTable& known, TouchReceiver& to, FanotifyMarker made);

    // marks and mounts (fanotify_mounts.cpp); all need the lock
    void mark_planned(Outbox& out);
    void mark_way(const std::string& path, Outbox& out);
    void watch_single_files();
    void refresh_own();
    void watch_file(int fd);
    void need_sweep();
    void release_marks();
    void release_marks_within(const std::string& scope, std::uint64_t begun);
    bool is_releasable(const Volume& volume) const;
    Result<Volume*> volume_of(int fd);
    bool mark_directory(Volume& volume, const std::string& path, int directory_fd, Outbox& out);
    MountChange note_mount(const Mount& mount, bool appeared, Outbox& out);

    // reading (fanotify_drain.cpp); only settle() and lose() need the lock
    bool drain_group(std::size_t index, std::size_t& budget);
    void apply_probes();
    void take_batch(std::size_t group, std::string_view bytes);
    void close_descriptors();
    void lose(std::string reason, Outbox& out);

    const FanotifyOptions options;
    TouchReceiver& receiver;
    mutable std::mutex mutex;  // over everything but what belongs to the intake thread alone

    FanotifyMarker marker;
    FanotifyGround ground;
    OwnObjects own;
    FanotifyCounters counters;
    ProcessTable& processes;
    EventTranslator translator;
    std::atomic<Probes*> probes = nullptr;  // set once; read without the lock
    std::optional<ProbeWitness> witness;    // from then on

    std::set<std::uint64_t> planned;                 // devices
    std::unordered_map<int, std::uint64_t> lasting;  // mount id to the id that is never used again
    std::unordered_set<std::string> unmarkable;      // directories of which that was said
    std::uint64_t moment = 0;                        // counts beginnings of sweeps, and what they are held against
    std::uint64_t ground_lost = 0;                   // a sweep of every watch that began before covers nothing
    bool swept = false;

    std::atomic<bool> draining = false;
    std::atomic<SteadyTime> emptied = SteadyTime::min();  // when the last drain began that found the queue's end

    // of the intake thread
    std::vector<char> buffer;
    std::vector<FanotifyEvent> batch;
    Outbox outbox;
    bool unsettled = false;
    bool failing = false;  // the last read failed, and that was said
};

// Ids of the mounts at or around watched paths that are never used again (6.8), by mount id; empty on older kernels.
std::unordered_map<int, std::uint64_t> lasting_mount_ids(const std::vector<Mount>& mounts, const Policy& policy);

}  // namespace touchstone
