// The touch: a hint that an object may differ now. And the gap: what may have been missed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "touchstone/actor.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

enum class Act : std::uint8_t {
    created,     // the name was made: open(O_CREAT), mkdir, mknod, link, symlink
    modified,    // content was written or truncated
    closed,      // a descriptor open for writing was closed
    attributes,  // mode, owner, times, xattrs, link count
    deleted,     // the name was removed
    moved,       // renamed from `path` to `other_path`, both watched
    moved_in,    // renamed to `path` from where nobody watches
    moved_out,   // renamed away from `path` to where nobody watches
    look,        // no act was seen: a sweep wants it looked at
    changing,    // a probe says that it is about to change, not how; the change itself may still be to come
};
using ActSet = std::uint16_t;  // bits 1 << Act
constexpr ActSet bit(Act act) { return static_cast<ActSet>(1u << static_cast<unsigned>(act)); }
constexpr ActSet kWithoutAnAct = bit(Act::look) | bit(Act::changing);  // what was done, only the look will tell

struct Touch {
    std::string path;  // absolute, watched
    Act act = Act::look;
    bool directory = false;
    std::string other_path;     // with `moved`
    ActorRef actor;             // null when unknown
    std::string actor_unknown;  // why, when null: "ended before its first event was read", "changed while not watching"
    WallTime wall{};            // when the kernel's word was received (or the sweep saw it)
    SteadyTime at{};
    WallTime unwatched_since{}; // with `look` from a catch-up: the change came between this and `wall` while not watching; else 0
    bool verify_all = false;    // with `look`: read everything again, also the old part of a log
    bool only_compares = false; // with `look`: it was watched, and the kernel's word has it looked at just so: whom that names are all its writers
};

// What was or may have been missed. Answered by a sweep of `scope`.
struct Gap {
    std::string scope;    // an absolute path: it and all below it; "" is every watch
    std::string reason;   // "kernel queue overflow", "touch set full", ...
    std::uint64_t lost = 0;  // how many touches, 0 when nobody can know
    WallTime wall{};
};

// Which comparison a sweep makes before it asks for a look.
enum class SweepDepth {
    changed,  // looks at what differs by (device, inode, size, ctime) or is racy
    full,     // looks at everything, content included
};

// A walk that looks again. Nothing was lost; it is how a tree moved in, a new mount or the boot catch-up is covered.
struct SweepRequest {
    std::string scope;   // as in Gap
    std::string reason;  // "boot", "gap: kernel queue overflow", "moved in", "mounted", ...
    SweepDepth depth = SweepDepth::changed;
    ActorRef actor;             // who moved the tree in; null when unknown
    std::string actor_unknown;
    WallTime unwatched_since{}; // as in Touch
    bool announce = true;       // emit sweep-finished (boot, gaps); false for a tree moved in
    bool learn = true;          // have the source mark and remember each directory that is met; false for one that has to be quick
};

// Where sources put what they hear. Called from the intake thread and from sweep threads; never blocks, never fails:
// what does not fit becomes a gap inside the receiver.
class TouchReceiver {
public:
    virtual ~TouchReceiver() = default;
    virtual void touch(Touch touch) = 0;
    virtual void gap(Gap gap) = 0;
    virtual void sweep(SweepRequest request) = 0;
};

}  // namespace touchstone
