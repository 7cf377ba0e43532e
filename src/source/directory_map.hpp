// Which directory a file handle is: a tree of the directories that are watched or lead to a watch.
//
// A node is a name in its parent, so renaming a directory is one step, however much is below it. A directory seen through several mounts has
// a node for each: mount id and handle together name at most one. Pure: no I/O. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {

enum class Standing : std::uint8_t { watched, leading, none };
Standing standing_of(const Policy& policy, std::string_view path);

class DirectoryMap {
public:
    using Node = std::uint32_t;
    static constexpr Node kNone = UINT32_MAX;

    // Survives the node: get() gives kNone once it has gone.
    struct Ref {
        Node node = kNone;
        std::uint32_t generation = 0;
        bool operator==(const Ref&) const = default;
    };

    DirectoryMap();

    Node root() const { return 0; }
    void set_root(std::string_view key, int mount);

    // Enters a directory. Whoever stood at that name before is detached; the same directory known under another name of the same mount is
    // moved here, with all below it. When that would put it below itself, what was known is wrong and forgotten: kNone.
    Node add(Node parent, std::string_view name, std::string_view key, int mount);
    bool move(Node node, Node parent, std::string_view name);

    // The name has gone. The node still resolves, for events that are merged keep the place of their first: those of a directory may come after
    // its end. collect() forgets it, unless it came back.
    void detach(Node node);
    void collect();
    // Forgets it and all below it, at once. The root only loses what is below it.
    void drop(Node node);
    void clear();

    // The same directory by identity, for those who know no handles.
    void set_object(Node node, KernelObject object);
    std::vector<Node> nodes_of(KernelObject object) const;
    // Objects that have had no node since some moment after the last call. One that has got a node again is not among them.
    std::vector<KernelObject> take_freed();

    Node find(std::string_view path) const;
    Node child(Node parent, std::string_view name) const;
    Node first_of(std::string_view key) const;  // the nodes of one directory ...
    Node next_of(Node node) const;              // ... in all mounts
    Node in_mount(std::string_view key, int mount) const;

    std::string path(Node node) const;  // "" when an ancestor has been forgotten
    std::string path(Node node, std::string_view name) const;
    bool is_within(Node node, Node ancestor) const;  // or the same
    bool attached(Node node) const { return !nodes_[node].detached; }
    int mount(Node node) const { return nodes_[node].mount; }
    std::string_view key(Node node) const { return nodes_[node].key == nullptr ? std::string_view{} : *nodes_[node].key; }
    Ref ref(Node node) const { return {node, nodes_[node].generation}; }
    Node get(Ref ref) const;
    std::size_t size() const { return used_; }

private:
    struct Record {
        Node parent = kNone, first_child = kNone, next = kNone, previous = kNone, next_same = kNone;
        std::uint32_t generation = 0, parent_generation = 0;
        int mount = 0;
        bool used = false, detached = false;
        std::string name;
        const std::string* key = nullptr;  // in handles_
        KernelObject object;               // inode 0: not told
    };
    struct ChildKey {
        Node parent;
        std::string_view name;  // of the child's record
        bool operator==(const ChildKey&) const = default;
    };
    struct ChildHash {
        std::size_t operator()(const ChildKey& key) const { return StringHash{}(key.name) * 31 + key.parent; }
    };

    Node make();
    void free(Node node);
    void link(Node node, Node parent, std::string_view name);
    void unlink(Node node);
    void set_key(Node node, std::string_view key);
    void clear_key(Node node);
    void clear_object(Node node);
    void absorb(Node from, Node into);

    std::deque<Record> nodes_;  // a deque: children_ points into names
    std::vector<Node> unused_;
    std::vector<Ref> detached_;
    std::unordered_map<ChildKey, Node, ChildHash> children_;
    std::unordered_map<std::string, Node, StringHash, std::equal_to<>> handles_;
    std::unordered_multimap<KernelObject, Node, KernelObjectHash> objects_;
    std::vector<KernelObject> freed_;
    std::size_t used_ = 0;
};

}  // namespace touchstone
