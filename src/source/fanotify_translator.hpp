// What an event means: which watched paths it touches, and how it changes what is known of directories and links.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "decode.hpp"
#include "fanotify_ground.hpp"
#include "fanotify_own.hpp"
#include "touchstone/source.hpp"

namespace touchstone {

// What one event came to; handed to the receiver when the lock is released.
struct Outbox {
    std::vector<Touch> touches;
    std::vector<Gap> gaps;
    std::vector<SweepRequest> sweeps;
    void send(TouchReceiver& receiver);
};

// Not thread-safe. An event is given with those that follow it in the batch, for some explain those before.
class EventTranslator {
public:
    using NamesOf = std::function<std::vector<std::string>(ObjectId)>;
    EventTranslator(FanotifyGround& ground, const OwnObjects& own, ProcessTable& processes, FanotifyCounters& counters, NamesOf names_of)
        : ground_(ground), own_(own), processes_(processes), counters_(counters), names_of_(std::move(names_of)) {}

    void begin_batch(WallTime wall, SteadyTime now);
    void translate(std::span<const FanotifyEvent> events, std::size_t group, Outbox& out);

    // The queue has been read empty: what was only kept for events still waiting can go, and renames can be checked against the truth.
    void settle(Outbox& out);

private:
    // A name in a directory as one of the mounts shows it, if it is watched or leads to a watch.
    struct Spot {
        DirectoryMap::Ref directory;
        int mount;
        std::string path;
        Standing standing;
    };
    struct Who {
        ActorRef actor;
        std::string unknown;
    };
    // What was touched since the queue was last empty: the kernel merges an event with one still unread of the same object in the same directory, so it
    // may stand before the renaming of a directory above and yet tell of what was done after.
    struct Hint {
        DirectoryMap::Ref directory;
        std::string name;  // "." for the directory itself
        Touch touch;       // without its path
    };
    struct Subject {
        const FanotifyEvent& event;
        Volume* volume;
        ObjectKey object;  // what was touched; empty when not told
        bool directory;
    };

    std::vector<Spot> spots(const Subject& subject, const FanotifyName& name, Outbox& out);
    void named(const Subject& subject, Outbox& out);
    void named_directory(const Subject& subject, const std::vector<Spot>& spots, Outbox& out);
    void keep_links(const Subject& subject, const std::vector<Spot>& spots);
    void self(const Subject& subject, Outbox& out);
    void nameless(const Subject& subject, std::span<const FanotifyEvent> following, Outbox& out);
    void look_up_nameless(const Subject& subject, Outbox& out);
    bool touch_links(const Subject& subject, Outbox& out);
    bool is_temporary(const Subject& subject, const std::vector<Spot>& spots) const;

    void renamed(const Subject& subject, Outbox& out);
    void renamed_pair(const Subject& subject, const Spot& from, const Spot& to, Outbox& out);
    void renamed_away(const Subject& subject, const Spot& from, Outbox& out);
    void renamed_here(const Subject& subject, const Spot& to, Outbox& out);
    void enter(const Subject& subject, const Spot& spot, std::string_view name);
    bool covers_otherwise(const std::string& from, const std::string& to) const;
    void check_rename(const std::string& key, Outbox& out);

    Touch make_touch(const Subject& subject, std::string path, Act act);
    void touch(const Subject& subject, const std::string& path, Outbox& out);
    void remember(const Subject& subject, DirectoryMap::Ref directory, std::string_view name);
    void touch_again(const Spot& renamed, Outbox& out);
    void sweep(const Subject& subject, const std::string& path, const char* reason, Outbox& out);
    const Who& who(const FanotifyEvent& event);

    FanotifyGround& ground_;
    const OwnObjects& own_;
    ProcessTable& processes_;
    FanotifyCounters& counters_;
    NamesOf names_of_;

    WallTime wall_{};
    SteadyTime now_{};
    std::unordered_map<std::int64_t, Who> who_;   // of this batch
    std::vector<std::string> relinked_;           // objects whose link count changed lately: a name made of one is no new file
    std::size_t next_relinked_ = 0;
    std::vector<std::string> renamed_;            // directories, since the queue was last empty
    bool prune_links_ = false;
    bool located_ = false;                        // by the last spots(): what it did not find is not watched
    std::vector<Hint> hints_;
    bool too_many_hints_ = false;
};

}  // namespace touchstone
