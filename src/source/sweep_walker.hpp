// One thread of a sweep: visits directories and compares what it finds with what is known.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "sweep_files.hpp"
#include "sweep_queue.hpp"
#include "sweep_reach.hpp"
#include "touchstone/sweep.hpp"

namespace touchstone {

// What the threads of one sweep share.
struct SweepShared {
    const SweepRequest& request;
    const SweepHooks& hooks;
    TouchReceiver& receiver;
    SweepReach& reach;
    SweepQueue& queue;
    std::atomic<bool> stop = false;
};

class SweepWalker {
public:
    SweepWalker(SweepShared& shared, std::unique_ptr<KnownReader> known, SweepLook look)
        : shared_(shared), known_(std::move(known)), look_(std::move(look)) {}

    Status run();  // until the queue is empty, or somebody stops
    // After the walk, when nobody else runs: what is known at or below `root` in directories that no walk meets, because they are gone and
    // are themselves not known to have been there (they only lead to a watch, or a kill came between their finding and those below).
    Status run_unmet(const std::string& root);
    const SweepResult& result() const { return result_; }

private:
    // The directory whose entries are being compared.
    struct Place {
        std::string directory;
        std::shared_ptr<Frame> frame;  // collects what is to be visited below it
        int fd = -1;
    };

    Status visit(const SweepQueue::Item& item);
    Status visit_root(const SweepQueue::Item& item);
    Status visit_directory(const SweepQueue::Item& item);
    Status visit_gone(const SweepQueue::Item& item);
    void visit_entry(const SweepQueue::Item& item, bool regular);
    std::shared_ptr<Frame> frame_below(const SweepQueue::Item& item, int mount);

    Status compare(Place& place);
    void compare_entry(Place& place, std::size_t listed, const Glance* known);
    int meet(const std::string* to_open, int directory, const char* name, bool cached, Seen& seen, Fd& opened);
    // `opened`: the object that was seen, where it was opened already; else null.
    void compare_seen(Place& place, std::string_view name, Reach reach, const Seen& seen, Fd* opened, const Glance* known);
    bool is_wanted(std::string_view name, const Seen& seen);
    void enter(Place& place, std::string_view name, const Seen& seen);
    void missing(Place& place, std::string_view name, const Glance& known);
    void unreadable(const Frame& above, int error);
    Fd open(const SweepQueue::Item& item);
    int reach_place(const std::string& directory);
    Result<bool> is_unmet(const std::string& directory, bool root);

    Reach reach_of(const Frame& frame, std::string_view name);
    const std::string& entry_path(std::string_view name);
    bool take(SweepQueue::Item& item);
    void look(const SweepEntry& entry, bool directory);
    bool hand_over(const Place& place, std::string_view name, const Seen& seen);
    void hand_over_rest();
    bool ask_whether_to_go_on();
    bool going_on();

    SweepShared& shared_;
    std::unique_ptr<KnownReader> known_;
    SweepLook look_;  // empty: looks are put as touches
    SweepResult result_;
    Listing listing_;
    std::string path_;        // of the item being visited
    std::string entry_path_;  // of an entry in it: `base_` bytes and a name
    std::string from_anchor_;
    Fd place_;                // of run_unmet: the last directory that was reached
    std::string place_path_;
    std::shared_ptr<Frame> given_;  // entries for others to look at, until there are enough of them
    unsigned given_count_ = 0;
    std::shared_ptr<Frame> entries_of_;  // of visit_entry, and its directory
    Fd entries_in_;
    std::size_t base_ = 0;
    unsigned unasked_ = 0;
    unsigned held_for_ = 0;   // visits since known_ was last told to hold
};

}  // namespace touchstone
