#include "directory_map.hpp"

#include <algorithm>
#include <iterator>

#include "touchstone/bytes.hpp"

namespace touchstone {

Standing standing_of(const Policy& policy, std::string_view path) {
    if (policy.rule_for(path)) return Standing::watched;
    return policy.leads_to_watch(path) ? Standing::leading : Standing::none;
}

DirectoryMap::DirectoryMap() { make(); }

void DirectoryMap::set_root(std::string_view key, int mount) {
    clear_key(root());
    set_key(root(), key);
    nodes_[root()].mount = mount;
}

DirectoryMap::Node DirectoryMap::add(Node parent, std::string_view name, std::string_view key, int mount) {
    if (const Node there = child(parent, name); there != kNone) {
        if (this->key(there) == key) {
            nodes_[there].mount = mount;
            return there;
        }
        detach(there);
    }
    if (const Node twin = in_mount(key, mount); twin != kNone) {
        if (move(twin, parent, name)) return twin;
        drop(twin);
        return kNone;
    }
    const Node node = make();
    nodes_[node].mount = mount;
    set_key(node, key);
    link(node, parent, name);
    return node;
}

bool DirectoryMap::move(Node node, Node parent, std::string_view name) {
    if (node == root() || is_within(parent, node)) return false;
    const Node there = child(parent, name);
    if (there == node) return true;
    if (!nodes_[node].detached) unlink(node);
    if (there != kNone) {
        const bool same = key(there) == key(node) && mount(there) == mount(node);
        if (same) absorb(there, node);
        detach(there);
        if (same) free(there);
    }
    const std::string copy(name);  // may be of a record
    link(node, parent, copy);
    return true;
}

void DirectoryMap::absorb(Node from, Node into) {
    while (nodes_[from].first_child != kNone) {
        const Node node = nodes_[from].first_child;
        const std::string name = nodes_[node].name;
        unlink(node);
        if (child(into, name) == kNone) {
            link(node, into, name);
        } else {
            nodes_[node].detached = true;
            drop(node);
        }
    }
}

void DirectoryMap::detach(Node node) {
    if (node == root() || nodes_[node].detached) return;
    unlink(node);
    nodes_[node].detached = true;
    detached_.push_back(ref(node));
}

void DirectoryMap::collect() {
    for (const Ref& each : detached_) {
        if (const Node node = get(each); node != kNone && nodes_[node].detached) drop(node);
    }
    detached_.clear();
}

void DirectoryMap::drop(Node node) {
    std::vector<Node> doomed{node};
    while (!doomed.empty()) {
        const Node next = doomed.back();
        if (nodes_[next].first_child != kNone) {
            doomed.push_back(nodes_[next].first_child);
            continue;
        }
        doomed.pop_back();
        if (next == root()) continue;
        if (!nodes_[next].detached) unlink(next);
        free(next);
    }
}

void DirectoryMap::clear() {
    drop(root());
    collect();
    clear_key(root());
}

DirectoryMap::Node DirectoryMap::find(std::string_view path) const {
    Node node = root();
    while (!path.empty() && node != kNone) {
        path.remove_prefix(path.front() == '/' ? 1 : 0);
        const auto component = path.substr(0, path.find('/'));
        if (component.empty()) break;
        node = child(node, component);
        path.remove_prefix(component.size());
    }
    return node;
}

DirectoryMap::Node DirectoryMap::child(Node parent, std::string_view name) const {
    const auto found = children_.find(ChildKey{parent, name});
    return found == children_.end() ? kNone : found->second;
}

DirectoryMap::Node DirectoryMap::first_of(std::string_view key) const {
    const auto found = handles_.find(key);
    return found == handles_.end() ? kNone : found->second;
}

DirectoryMap::Node DirectoryMap::next_of(Node node) const { return nodes_[node].next_same; }

DirectoryMap::Node DirectoryMap::in_mount(std::string_view key, int mount) const {
    Node node = first_of(key);
    while (node != kNone && nodes_[node].mount != mount) node = nodes_[node].next_same;
    return node;
}

std::string DirectoryMap::path(Node node) const {
    if (node == root()) return "/";
    std::vector<Node> chain;
    while (node != root()) {
        const Record& record = nodes_[node];
        chain.push_back(node);
        if (record.parent == kNone || nodes_[record.parent].generation != record.parent_generation) return "";
        node = record.parent;
    }
    std::string path;
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) path.append("/").append(nodes_[*each].name);
    return path;
}

std::string DirectoryMap::path(Node node, std::string_view name) const {
    std::string path = this->path(node);
    if (path.empty()) return path;
    if (path.size() > 1) path.push_back('/');
    return path.append(name);
}

DirectoryMap::Node DirectoryMap::get(Ref ref) const {
    const bool alive = ref.node < nodes_.size() && nodes_[ref.node].used && nodes_[ref.node].generation == ref.generation;
    return alive ? ref.node : kNone;
}

DirectoryMap::Node DirectoryMap::make() {
    Node node = static_cast<Node>(nodes_.size());
    if (unused_.empty()) {
        nodes_.emplace_back();
    } else {
        node = unused_.back();
        unused_.pop_back();
    }
    nodes_[node].used = true;
    ++used_;
    return node;
}

void DirectoryMap::free(Node node) {
    clear_key(node);
    clear_object(node);
    const auto generation = nodes_[node].generation + 1;
    nodes_[node] = Record{};
    nodes_[node].generation = generation;
    unused_.push_back(node);
    --used_;
}

void DirectoryMap::link(Node node, Node parent, std::string_view name) {
    Record& record = nodes_[node];
    record.name = name;
    record.parent = parent;
    record.parent_generation = nodes_[parent].generation;
    record.detached = false;
    record.previous = kNone;
    record.next = nodes_[parent].first_child;
    if (record.next != kNone) nodes_[record.next].previous = node;
    nodes_[parent].first_child = node;
    children_.emplace(ChildKey{parent, record.name}, node);
}

// Parent and name stay, for path().
void DirectoryMap::unlink(Node node) {
    Record& record = nodes_[node];
    children_.erase(ChildKey{record.parent, record.name});
    if (record.previous != kNone) {
        nodes_[record.previous].next = record.next;
    } else {
        nodes_[record.parent].first_child = record.next;
    }
    if (record.next != kNone) nodes_[record.next].previous = record.previous;
    record.next = record.previous = kNone;
}

void DirectoryMap::set_key(Node node, std::string_view key) {
    if (key.empty()) return;
    auto found = handles_.find(key);
    if (found == handles_.end()) found = handles_.emplace(std::string(key), kNone).first;
    nodes_[node].next_same = found->second;
    nodes_[node].key = &found->first;
    found->second = node;
}

void DirectoryMap::clear_key(Node node) {
    if (nodes_[node].key == nullptr) return;
    const auto found = handles_.find(*nodes_[node].key);
    Node* slot = &found->second;
    while (*slot != node) slot = &nodes_[*slot].next_same;
    *slot = nodes_[node].next_same;
    nodes_[node].next_same = kNone;
    nodes_[node].key = nullptr;
    if (found->second == kNone) handles_.erase(found);
}

void DirectoryMap::set_object(Node node, KernelObject object) {
    if (nodes_[node].object == object) return;
    clear_object(node);
    nodes_[node].object = object;
    if (object.inode != 0) objects_.emplace(object, node);
}

void DirectoryMap::clear_object(Node node) {
    const KernelObject object = std::exchange(nodes_[node].object, {});
    if (object.inode == 0) return;
    const auto [first, last] = objects_.equal_range(object);
    const auto entry = std::find_if(first, last, [&](const auto& each) { return each.second == node; });
    const bool only = std::next(first) == last;
    objects_.erase(entry);
    if (only) freed_.push_back(object);
}

std::vector<KernelObject> DirectoryMap::take_freed() {
    auto freed = std::exchange(freed_, {});
    std::erase_if(freed, [&](const KernelObject& object) { return objects_.contains(object); });
    return freed;
}

std::vector<DirectoryMap::Node> DirectoryMap::nodes_of(KernelObject object) const {
    std::vector<Node> nodes;
    const auto [first, last] = objects_.equal_range(object);
    for (auto each = first; each != last; ++each) nodes.push_back(each->second);
    return nodes;
}

bool DirectoryMap::is_within(Node node, Node ancestor) const {
    while (node != kNone && node != ancestor) {
        const Record& record = nodes_[node];
        if (record.parent != kNone && nodes_[record.parent].generation != record.parent_generation) return false;
        node = record.parent;
    }
    return node == ancestor;
}

}  // namespace touchstone
