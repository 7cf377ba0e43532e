// What a sweep still has to visit, shared by its threads: a stack of listed directories, each with the names of its
// subdirectories that nobody has taken yet. Depth first, so it holds the siblings along the way down and nothing else; a path is kept
// as a chain of names, so a very deep tree costs its depth and not the square of it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone {

struct MountView;

enum class Visit : char {
    root = 'r',       // where the walk starts; `name` is the whole path
    directory = 'd',  // to be listed
    gone = 'g',       // not there (any more), but something may be known below it
};

// A directory that was visited and has something below it to visit.
struct Frame {
    std::shared_ptr<Frame> parent;
    std::string name;
    int mount = 0;  // as in mountinfo
    const MountView* view = nullptr;
    bool uniform = false;  // one rule watches everything below it
    std::string pending;   // visit, name, NUL; again and again
    std::size_t next = 0;  // queue's

    Frame() = default;
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame();  // of a chain of any length, without recursion

    void add(Visit visit, std::string_view below);
};

// Replaces `path` by that of `name` within `frame`.
void build_path(const Frame& frame, std::string_view name, std::string& path);

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
    void finished();
    void cancel();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Frame>> stack_;
    unsigned busy_ = 0;
    bool cancelled_ = false;
};

}  // namespace touchstone
