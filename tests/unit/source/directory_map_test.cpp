#include "directory_map.hpp"

#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

constexpr auto kNone = DirectoryMap::kNone;

struct Tree {
    DirectoryMap map;
    DirectoryMap::Node w, a, b, c;  // /w/a/b, /w/c
    Tree() {
        map.set_root("root", 1);
        w = map.add(map.root(), "w", "W", 1);
        a = map.add(w, "a", "A", 1);
        b = map.add(a, "b", "B", 1);
        c = map.add(w, "c", "C", 1);
    }
};

}  // namespace

TEST_CASE("paths are walked up, and found again") {
    Tree tree;
    CHECK(tree.map.path(tree.b) == "/w/a/b");
    CHECK(tree.map.path(tree.b, "f") == "/w/a/b/f");
    CHECK(tree.map.path(tree.map.root()) == "/");
    CHECK(tree.map.path(tree.map.root(), "f") == "/f");
    CHECK(tree.map.find("/w/a/b") == tree.b);
    CHECK(tree.map.find("/") == tree.map.root());
    CHECK(tree.map.find("/w/x") == kNone);
    CHECK(tree.map.find("/wa") == kNone);
    CHECK(tree.map.first_of("B") == tree.b);
    CHECK(tree.map.size() == 5);
}

TEST_CASE("renaming a directory renames all below it") {
    Tree tree;
    REQUIRE(tree.map.move(tree.a, tree.c, "z"));
    CHECK(tree.map.path(tree.b) == "/w/c/z/b");
    CHECK(tree.map.find("/w/a") == kNone);
    CHECK(tree.map.find("/w/c/z/b") == tree.b);
    REQUIRE(tree.map.move(tree.a, tree.c, "z"));  // again: nothing
    CHECK(tree.map.find("/w/c/z/b") == tree.b);
}

TEST_CASE("entering a known directory under another name moves it") {
    Tree tree;
    CHECK(tree.map.add(tree.c, "moved", "A", 1) == tree.a);
    CHECK(tree.map.path(tree.b) == "/w/c/moved/b");
    CHECK(tree.map.size() == 5);
}

TEST_CASE("the same directory in two mounts is two nodes") {
    Tree tree;
    const auto shown = tree.map.add(tree.c, "shown", "A", 2);
    CHECK(shown != tree.a);
    CHECK(tree.map.in_mount("A", 1) == tree.a);
    CHECK(tree.map.in_mount("A", 2) == shown);
    CHECK(tree.map.in_mount("A", 3) == kNone);
    auto first = tree.map.first_of("A");
    auto second = tree.map.next_of(first);
    CHECK((first == shown ? second : first) == tree.a);
    CHECK(tree.map.next_of(second) == kNone);
    tree.map.drop(shown);
    CHECK(tree.map.first_of("A") == tree.a);
    CHECK(tree.map.next_of(tree.a) == kNone);
}

TEST_CASE("a directory that has gone still resolves until the queue was empty") {
    Tree tree;
    tree.map.detach(tree.a);
    CHECK(tree.map.find("/w/a") == kNone);
    CHECK(tree.map.path(tree.map.first_of("B")) == "/w/a/b");
    tree.map.collect();
    CHECK(tree.map.first_of("A") == kNone);
    CHECK(tree.map.first_of("B") == kNone);
    CHECK(tree.map.size() == 3);
}

TEST_CASE("one that came back is kept") {
    Tree tree;
    tree.map.detach(tree.a);
    tree.map.add(tree.w, "again", "A", 1);
    tree.map.collect();
    CHECK(tree.map.path(tree.b) == "/w/again/b");
}

TEST_CASE("another directory at the same name takes its place, and the first may come back elsewhere") {
    Tree tree;
    const auto other = tree.map.add(tree.w, "a", "OTHER", 1);
    CHECK(tree.map.find("/w/a") == other);
    CHECK(tree.map.find("/w/a/b") == kNone);
    REQUIRE(tree.map.move(tree.a, tree.w, "old"));  // its own event came later
    tree.map.collect();
    CHECK(tree.map.path(tree.b) == "/w/old/b");
}

TEST_CASE("an exchange, told as two renames, leaves both with what is below them") {
    Tree tree;
    const auto d = tree.map.add(tree.c, "d", "D", 1);
    REQUIRE(tree.map.move(tree.a, tree.w, "c"));
    REQUIRE(tree.map.move(tree.c, tree.w, "a"));
    tree.map.collect();
    CHECK(tree.map.path(tree.b) == "/w/c/b");
    CHECK(tree.map.path(d) == "/w/a/d");
}

TEST_CASE("nothing comes to stand below itself") {
    Tree tree;
    CHECK_FALSE(tree.map.move(tree.a, tree.b, "a"));
    CHECK_FALSE(tree.map.move(tree.a, tree.a, "a"));
    CHECK_FALSE(tree.map.move(tree.map.root(), tree.a, "root"));
    CHECK(tree.map.path(tree.b) == "/w/a/b");
    CHECK(tree.map.add(tree.b, "again", "A", 1) == kNone);  // impossible: forgotten
    CHECK(tree.map.first_of("A") == kNone);
    CHECK(tree.map.path(tree.c) == "/w/c");
}

TEST_CASE("a reference does not outlive its node") {
    Tree tree;
    const auto ref = tree.map.ref(tree.b);
    CHECK(tree.map.get(ref) == tree.b);
    tree.map.drop(tree.a);
    CHECK(tree.map.get(ref) == kNone);
    tree.map.add(tree.w, "x", "X", 1);
    tree.map.add(tree.w, "y", "Y", 1);  // uses the slots again
    CHECK(tree.map.get(ref) == kNone);
}

TEST_CASE("clearing leaves a root that can be built on") {
    Tree tree;
    tree.map.detach(tree.c);
    tree.map.clear();
    CHECK(tree.map.size() == 1);
    CHECK(tree.map.first_of("root") == kNone);
    tree.map.set_root("root", 1);
    CHECK(tree.map.path(tree.map.add(tree.map.root(), "n", "N", 1)) == "/n");
}

// Against a model that keeps plain paths.
TEST_CASE("ten thousand random renames, moves and removals agree with a model of whole paths") {
    std::mt19937 random(7);
    DirectoryMap map;
    map.set_root("root", 1);
    std::map<std::string, std::string> paths;  // key to path
    const auto replace = [&](const std::string& from, const std::string& to) {
        for (auto& [key, path] : paths) {
            if (path == from || path.starts_with(from + "/")) path = to + path.substr(from.size());
        }
    };
    const auto pick = [&] { return std::next(paths.begin(), static_cast<long>(random() % paths.size())); };
    int next = 0;
    for (int step = 0; step < 10'000; ++step) {
        const auto act = random() % 10;
        if (paths.size() < 5 || (act < 4 && paths.size() < 200)) {
            const std::string key = "k" + std::to_string(next++);
            const std::string parent = paths.empty() || act == 0 ? "" : pick()->second;
            const std::string path = parent + "/" + key;
            map.add(parent.empty() ? map.root() : map.find(parent), key, key, 1);
            paths[key] = path;
        } else if (act < 8) {
            const auto [key, from] = *pick();
            const std::string parent = pick()->second;
            const bool inside = parent == from || parent.starts_with(from + "/");
            const std::string name = "n" + std::to_string(next++);
            CHECK(map.move(map.first_of(key), map.find(parent), name) == !inside);
            if (!inside) replace(from, parent + "/" + name);
        } else {
            const std::string gone = pick()->second;
            map.detach(map.find(gone));
            map.collect();
            std::erase_if(paths, [&](const auto& entry) { return entry.second == gone || entry.second.starts_with(gone + "/"); });
        }
        if (step % 100 != 0) continue;
        REQUIRE(map.size() == paths.size() + 1);
        for (const auto& [key, path] : paths) {
            REQUIRE(map.find(path) == map.first_of(key));
            REQUIRE(map.path(map.first_of(key)) == path);
        }
    }
}

TEST_CASE("objects that are freed are told once, and not when they have come back meanwhile") {
    Tree tree;
    tree.map.set_object(tree.a, {1, 10});
    tree.map.set_object(tree.b, {1, 11});
    CHECK(tree.map.nodes_of({1, 11}) == std::vector{tree.b});
    tree.map.drop(tree.a);
    CHECK(tree.map.take_freed().size() == 2);
    CHECK(tree.map.take_freed().empty());
    tree.map.set_object(tree.c, {1, 12});
    tree.map.clear();
    const auto again = tree.map.add(tree.map.root(), "again", "C", 1);
    tree.map.set_object(again, {1, 12});
    CHECK(tree.map.take_freed().empty());
    CHECK(tree.map.nodes_of({1, 12}) == std::vector{again});
}

TEST_CASE("keys tell file systems, types and handles apart, and give them back") {
    const ObjectKey key(7, {0x81, "bytes"});
    CHECK(ObjectKey::file_system(key.view()) == 7);
    CHECK(ObjectKey::handle(key.view()).type == 0x81);
    CHECK(ObjectKey::handle(key.view()).bytes == "bytes");
    CHECK(ObjectKey(8, {0x81, "bytes"}).view() != key.view());
    CHECK(ObjectKey(7, {0x82, "bytes"}).view() != key.view());
    CHECK(ObjectKey(7, {1, std::string(129, 'x')}).empty());
    CHECK(ObjectKey().empty());
    CHECK(ObjectKey::handle("abc").bytes.empty());
}
