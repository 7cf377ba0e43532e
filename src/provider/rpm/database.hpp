// The packages that are installed below a root: an index of their paths in memory, brought up to date package by package as the database changes.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../accounts.hpp"
#include "../file_state.hpp"
#include "package.hpp"
#include "touchstone/time.hpp"

namespace touchstone::rpm {

// What the database says of one path.
struct Answer {
    std::vector<File> files;         // of every signed package that installed it
    std::vector<File> saved;         // the path is NAME.rpmnew, .rpmsave or .rpmorig: what the packages say of NAME ...
    PackageRef saved_gone;           // ... or, no file of any: a package that had NAME, while this watched
    PackageRef gone;                 // no file; a package that had it, while this watched ...
    PackageRef successor;            // ... and the installed one that came in its place, if one did
    bool busy = false;               // rpm is in the middle of a transaction
};

// NAME of NAME.rpmnew, NAME.rpmsave or NAME.rpmorig; "" when it is none.
std::string saved_from(const std::string& path);

// Thread-safe: all under the library's lock. 24 bytes are kept of each path of a signed package and some 300 of each package; of paths that packages gave
// up, the last kMostGone. A header is read and its signature checked when it comes, and again whenever it answers.
class Database {
public:
    static constexpr std::size_t kMostGone = 1 << 16;
    static constexpr std::size_t kMostErased = 64;

    // null: there is no database below `root`. One database is shared by all that open it while one of them lives.
    static Result<std::shared_ptr<Database>> open(const std::string& root);
    Database(std::string root, std::string directory);

    // `path` as below the root ("/usr/bin/x"). `now` decides whether a change of the database could hide in the clock's tick.
    Result<Answer> ask(const std::string& path, WallTime now);

    std::uint64_t version() const;  // moves with the database; without the library's lock

    // The packages that came with one transaction; whether one is still going on.
    struct Group {
        std::vector<PackageRef> packages;
        bool busy = false;
    };
    Result<Group> transaction(std::uint32_t id);

    // What a run of rpm, begun at `run`, did when it ran a scriptlet at `scriptlet`: the packages of its transaction, or those that it removed.
    struct Run {
        std::vector<PackageRef> packages;  // empty: nothing is known of it (yet)
        bool any_unsigned = false;         // a package of it is not signed by a known key
        bool erased = false;
    };
    Result<Run> run_between(WallTime run, WallTime scriptlet);

private:
    using Key = std::array<char, 16>;
    struct Entry {
        Key key;
        std::uint32_t package;  // number
        std::uint32_t file;     // index in it
        bool operator<(const Entry& other) const { return key < other.key; }
    };
    static Key key_of(const std::string& path);

    bool transaction_open() const;
    Result<Owned<rpmts>> open_set(const Library& library) const;
    Status refresh(const Library& library, std::optional<WallTime> now);
    Result<std::vector<std::uint32_t>> numbers(rpmts set, const Library& library) const;
    std::vector<FileState> states() const;
    void forget(const std::vector<std::uint32_t>& present);
    void load(rpmts set, std::uint32_t number, const Library& library);
    Result<Keys> keys(rpmts set) const;
    Result<std::vector<File>> files_at(const std::string& path, const Library& library);
    void find_gone(const std::string& path, Answer& answer) const;
    void note_erased(const std::map<std::uint32_t, PackageRef>& left);
    PackageRef successor_of(const Package& package) const;
    Error damaged(const std::string& what) const;

    std::string root_;
    std::string directory_;
    Accounts accounts_;
    std::vector<FileState> read_in_;  // empty: not read, or a change could hide
    std::vector<FileState> refused_in_;  // the state in which librpm could not open it
    std::optional<Error> refusal_;
    Keys keys_;
    std::map<std::uint32_t, PackageRef> packages_;  // null: not signed by a known key
    std::vector<Entry> entries_;                    // sorted
    std::map<Key, PackageRef> gone_;
    std::deque<Key> gone_order_;
    std::map<std::uint32_t, std::uint32_t> unsigned_;  // transactions of packages that are not signed by a known key, by number
    struct Erased {
        WallTime seen{};  // after it was gone
        std::vector<PackageRef> packages;
        bool any_unsigned = false;
    };
    std::deque<Erased> erased_;  // oldest first, kMostErased at most
    WallTime asked_at_{};        // of the last question
    std::string damage_;  // what could not be read of it; "" when all could
};

}  // namespace touchstone::rpm
