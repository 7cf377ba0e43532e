// A settled entry of the touch set: one name, or several that renames link, looked at and judged together.
#pragma once

#include <string>
#include <vector>

#include "touchstone/touch.hpp"

namespace touchstone {

struct TouchedName {
    std::string path;
    ActSet acts = 0;
    bool directory = false;
    bool gone = false;             // the last act on the name took it away
    unsigned unheard = 0;          // looks that found it missing although nothing heard had taken it away
    bool open = false;             // written or created, and not closed since
    std::vector<ActorRef> actors;  // writers, oldest first; the last one wrote last
    bool actors_complete = true;   // false: more than the limit, or one of them is unknown
    std::string actor_unknown;     // why, when `actors` is empty
    WallTime first{}, last{};      // of its touches
    WallTime unwatched_since{};
    bool verify_all = false;
};

struct Rename {
    std::string from, to;
    bool directory = false;
};

struct Pending {
    std::vector<TouchedName> names;
    std::vector<Rename> renames;  // in the order in which they were done
};

}  // namespace touchstone
