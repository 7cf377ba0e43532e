// Entries that belong together, as one. Pure: times are arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "touchstone/log_entry.hpp"

namespace touchstone::reader {

// Findings of one transaction, or of one actor shortly after one another, and of one verdict: what is unexpected is never hidden among what is authorized.
// An actor is a login session, else a container, a systemd unit, a process. Gaps and notices stand alone.
struct Group {
    Entry first{};  // without its long lists
    std::uint64_t count = 1;
    WallTime begin{}, end{};
    std::int64_t severity = 0;  // the gravest
    std::map<std::string, std::uint64_t> actions{};
    std::string directory{};             // that holds all of them
    std::vector<std::string> processes{};  // names, kNamedProcesses at most
    bool more_processes = false;
    std::optional<EntryTransaction> transaction{};

    static constexpr std::size_t kNamedProcesses = 4;
};

struct GroupBounds {
    Nanoseconds quiet = std::chrono::seconds(60);              // an actor that did nothing for so long begins a new group
    Nanoseconds transaction_quiet = std::chrono::minutes(10);  // a transaction whose end is not told
    Nanoseconds span = std::chrono::hours(1);                  // of an actor that never rests
    std::size_t held = 1024;                                   // groups in memory; then the oldest is closed
    bool in_order = true;                                      // given out by their beginnings; else as soon as they are closed
};

class Groups {
public:
    using Receiver = std::function<void(const Group&)>;

    Groups(GroupBounds bounds, Receiver receive) : bounds_(bounds), receive_(std::move(receive)) {}

    // `now` never goes back: the time of the entries where a log is read, the clock where it is followed.
    void add(const Entry& entry, WallTime now);
    void expire(WallTime now);
    void finish();

private:
    struct Item {
        Group group;
        std::string key;  // "" of what stands alone
        WallTime opened, seen;
        bool closed = false;
    };
    using Place = std::list<Item>::iterator;

    bool is_over(const Item& item, WallTime now) const;
    bool end_transaction(const Entry& notice);
    void open(const Entry& entry, std::string key, WallTime now);
    void close(Place place);
    void give_out();

    const GroupBounds bounds_;
    Receiver receive_;
    std::list<Item> items_;  // by their beginnings
    std::unordered_map<std::string, Place> open_;
    WallTime next_look_ = WallTime::max();  // nothing is over before
};

}  // namespace touchstone::reader
