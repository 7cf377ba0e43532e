// From the texts of the files to a configuration: parse, check, merge. No I/O; unit tests and the fuzz target come in here.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "problems.hpp"
#include "source_text.hpp"
#include "touchstone/config.hpp"

namespace touchstone::config {

// A configuration while it is being put together.
struct Draft {
    LoadedConfig loaded;
    std::map<std::string, Place> places;  // of what was written, by dotted key
    Problems problems;

    void set_place(const std::string& key, const Place& place);  // and the origin
    void warn(const Place& place, const std::string& what);
};

// The files in order. Reports every problem found, not just the first. Never throws.
Result<LoadedConfig> build_config(const std::vector<SourceRef>& sources);

// As above, of one text.
Result<LoadedConfig> parse_config(std::string name, std::string text);

// The parts of it, each in its own file.
void add_watches(const SourceRef& source, const Node& node, Draft& draft);  // watch.cpp
std::span<const std::string_view> keys_of_watch();
void add_expectations(const SourceRef& source, const Node& node, Draft& draft);  // expect.cpp
std::span<const std::string_view> keys_of_expectation();
void check_consistency(const SourceRef& last, Draft& draft);                // consistency.cpp: what no single value shows

}  // namespace touchstone::config
