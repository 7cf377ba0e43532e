// What a sweep still has to visit, shared by its threads: a stack of listed directories, each with the names of its
// subdirectories that nobody has taken yet. Depth first, so it holds the siblings along the way down and nothing else; a path is kept
// as a chain of names, and of a long chain every 64th directory is held open, so a very deep tree costs its depth and not the square of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/fd.hpp"

namespace touchstone {

struct MountView;

enum class Visit : char {
    root = 'r',       // where the walk starts; `name` is the whole path
    directory = 'd',  // to be listed
    file = 'f',       // a regular file, to be looked at only
    entry = 'e',      // anything else, the same
    gone = 'g',       // not there (any more), but something may be known below it
};

// A directory that was visited and has something below it to visit.
struct Frame {
    std::shared_ptr<Frame> parent;
    std::string name;
    int mount = 0;  // as in mountinfo
    const MountView* view = nullptr;
    bool uniform = false;  // one rule watches everything below it
    unsigned depth = 0;    // directories from where the walk started
    const Frame* anchor = nullptr;   // itself or the nearest above that is held open
    std::shared_ptr<const Fd> held;  // of an anchor
    std::string pending;   // visit, name, NUL; again and again
    std::size_t next = 0;  // queue's

    Frame() = default;
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame();  // of a chain of any length, without recursion

    void add(Visit visit, std::string_view below);
};

// Replaces `path` by that of `name` within `frame`: the absolute one, or that from its anchor on.
void build_path(const Frame& frame, std::string_view name, std::string& path);
void build_path_from_anchor(const Frame& frame, std::string_view name, std::string& path);

class SweepQueue {
public:
    struct Item {
        std::shared_ptr<Frame> frame;  // the directory it is in; of a root: no path
        std::string name;
        Visit visit = Visit::directory;
    };

    void push(std::shared_ptr<Frame> frame);  // nothing when it has nothing pending
    // Waits for work; false when there is none left and nobody can make any, or after cancel(). Each item taken must be finished().
    bool take(Item& item);
    bool take_at_once(Item& item);  // the same, but false also where it would have to wait
    void finished();
    bool is_short_of_work() const { return waiting_ != 0; }  // somebody waits
    void cancel();

    // Makes the directory an anchor for what is below it, when it is far enough from the last one and few enough are held: opening by the
    // whole path would cost a very deep tree the square of its depth.
    void anchor(Frame& frame, Fd directory);

private:
    static constexpr unsigned kEvery = 64;
    static constexpr unsigned kMost = 128;

    bool take_top(Item& item);

    std::atomic<unsigned> held_ = 0;  // outlives what it counts
    std::atomic<unsigned> waiting_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Frame>> stack_;
    unsigned busy_ = 0;
    bool cancelled_ = false;
};

}  // namespace touchstone
