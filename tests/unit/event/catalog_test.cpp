// The table of kinds, the message catalog and the documentation say the same.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "event_kinds.hpp"

using namespace touchstone;

namespace {

std::string read(const std::string& file) {
    std::ifstream in(std::string(TOUCHSTONE_SOURCE_DIR) + "/" + file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// Message id to all of its entry.
std::map<std::string, std::string> catalog_entries() {
    std::map<std::string, std::string> entries;
    std::istringstream in(read("systemd/touchstone.catalog"));
    std::string line, id;
    while (std::getline(in, line)) {
        if (line.starts_with("-- ")) {
            id = line.substr(3);
            CHECK(entries.emplace(id, "").second);
        } else if (!id.empty()) {
            entries[id] += line + '\n';
        }
    }
    return entries;
}

}  // namespace

TEST_CASE("the catalog explains every kind, and nothing else") {
    const auto entries = catalog_entries();
    CHECK(entries.size() == event_kinds().size());
    for (const auto& kind : event_kinds()) {
        INFO(kind.action);
        const auto entry = entries.find(std::string(kind.message_id));
        REQUIRE(entry != entries.end());
        CHECK(entry->second.find("Subject: ") == 0);
        CHECK(entry->second.find("Defined-By: touchstone\n") != std::string::npos);
        CHECK(entry->second.find("Documentation: man:touchstone-events(7)\n") != std::string::npos);
        CHECK(entry->second.find("\n\n") != std::string::npos);
    }
}

TEST_CASE("the documentation tabulates every kind as it is") {
    const auto text = read("docs/events.md");
    const auto page = read("man/touchstone-events.7");
    for (const auto& kind : event_kinds()) {
        const auto row = "| `" + std::string(kind.action) + "` | ";
        const auto start = text.find(row);
        INFO(row);
        REQUIRE(start != std::string::npos);
        const auto line = text.substr(start, text.find('\n', start) - start);
        CHECK(line.find("| `" + std::string(kind.category) + "` | `" + std::string(kind.type) + "` |") != std::string::npos);
        CHECK(line.find(kind.message_id) != std::string::npos);
        CHECK(page.find(kind.action) != std::string::npos);
    }
}
