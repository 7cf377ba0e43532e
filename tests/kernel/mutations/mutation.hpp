// Ways to change a watched object, and ways to do nothing: one declarative table, whatever is then held against it.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "touchstone/fd.hpp"

namespace touchstone::test {

// The ground of one case, on an empty file system of its type: a watched directory and an unwatched one beside it.
struct Scene {
    std::string home;  // everything is below
    std::string type;  // of the file system

    std::string tree() const { return home + "/tree"; }        // watched
    std::string file() const { return home + "/tree/file"; }   // 16 KiB of 'a', written back to disk, known by this name alone
    std::string other() const { return home + "/tree/other"; } // another like it
    std::string outside(const std::string& name = "") const { return home + "/outside" + (name.empty() ? "" : "/" + name); }

    // What the preparation leaves for the act, and what is undone after it, the last first.
    std::vector<Fd> fds;
    char* memory = nullptr;
    std::int32_t pid = 0;              // of a process that helps
    std::int32_t* writer = nullptr;    // shared with the act: who does it, when that is not the act's own process
    std::vector<std::function<void()>> undo;
    bool watch_file = false;  // the file has further names: the daemon watches it by itself, too
};

// Which object must be told to have been touched.
enum class Told { nothing, file, tree };

enum class Who {
    act,      // the process that did it
    anybody,  // a thread of the kernel on its behalf
};

enum class Group { content, route, mapping, attributes, names, nothing };
const char* name_of(Group group);

// A tier that does not tell what it should, or tells what it need not, and why that is so.
struct Exception {
    const char* where;  // "fentry" (with and without LSM), "timestamps", or a type of file system
    Told told;
    const char* why;
};

// How the findings of a whole daemon may fall short of the case in a tier, and why. Whatever else falls short is a fault.
struct Hole {
    const char* where;  // "timestamps", "fentry" (with and without LSM), "fanotify" (alone); one followed by a type of file system; or such a type
    const char* what;   // "missed", "late", "nobody" (without its process), "needless" (told, though nothing changed)
    const char* why;
};

struct Mutation {
    const char* name;
    Group group;
    Told told;
    std::function<void(Scene&)> act;            // in a process of its own
    std::function<void(Scene&)> prepare = {};   // before, by another
    std::vector<Exception> exceptions = {};
    Who who = Who::act;
    std::vector<Hole> holes = {};
};

// Adds a hole to those of these names (to all: no names).
void explain(std::vector<Mutation>& mutations, const Hole& hole, const std::vector<std::string>& names = {});

// The whole table.
std::vector<Mutation> mutations();
std::vector<Mutation> content_mutations();
std::vector<Mutation> route_mutations();
std::vector<Mutation> uring_mutations();
std::vector<Mutation> mapping_mutations();
std::vector<Mutation> attribute_mutations();
std::vector<Mutation> name_mutations();
std::vector<Mutation> idle_mutations();

// Makes the ground: `scene.home` must have been set. clear() undoes everything.
void lay_out(Scene& scene);
void clear(Scene& scene);

// Thrown where the kernel or the file system has no such thing: the case does not count.
struct Unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws what errno says; Unsupported for ENOSYS and EOPNOTSUPP.
void must(bool done, const char* what);

Fd open_at(const std::string& path, int flags);
void write_at(int fd, const char* text, std::int64_t offset = 0);
void append_to(const std::string& path);
char* map_shared(int fd, int protection);

}  // namespace touchstone::test
