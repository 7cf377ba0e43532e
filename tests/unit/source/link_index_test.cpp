#include "link_index.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

struct Names {
    DirectoryMap map;
    LinkIndex links;
    DirectoryMap::Ref a, b;
    Names() {
        a = map.ref(map.add(map.root(), "a", "A", 1));
        b = map.ref(map.add(map.root(), "b", "B", 1));
        links.add("object", a, "one");
        links.add("object", b, "two");
    }
};

}  // namespace

TEST_CASE("every name of an object is known once") {
    Names names;
    names.links.add("object", names.a, "one");
    CHECK(names.links.size() == 2);
    REQUIRE(names.links.names("object").size() == 2);
    CHECK(names.links.names("object").front() == LinkIndex::Name{names.a, "one"});
    CHECK(names.links.knows("object"));
    CHECK_FALSE(names.links.knows("other"));
    CHECK(names.links.names("other").empty());
}

TEST_CASE("a removed name goes, and the object with its last one") {
    Names names;
    names.links.remove(names.a, "one");
    CHECK(names.links.names("object").size() == 1);
    names.links.remove(names.a, "one");
    names.links.remove(names.a, "never");
    names.links.remove(names.b, "two");
    CHECK_FALSE(names.links.knows("object"));
    CHECK(names.links.empty());
}

TEST_CASE("a name that another object took over is no longer the first one's") {
    Names names;
    names.links.add("other", names.a, "one");
    CHECK(names.links.names("object").size() == 1);
    CHECK(names.links.names("other").size() == 1);
    CHECK(names.links.size() == 2);
}

TEST_CASE("renaming a directory leaves its names true") {
    Names names;
    names.map.move(names.map.get(names.a), names.map.get(names.b), "c");
    const auto name = names.links.names("object").front();
    CHECK(names.map.path(names.map.get(name.directory), name.name) == "/b/c/one");
}

TEST_CASE("names in forgotten directories are pruned") {
    Names names;
    names.map.drop(names.map.get(names.a));
    names.links.prune(names.map);
    CHECK(names.links.size() == 1);
    names.links.clear();
    CHECK(names.links.empty());
    CHECK_FALSE(names.links.knows("object"));
}
