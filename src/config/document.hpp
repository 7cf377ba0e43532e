// A parsed TOML file as plain values, each with its place. Nothing of the TOML library is seen outside document.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "problems.hpp"
#include "source_text.hpp"

namespace touchstone::config {

struct Node {
    enum class Kind { text, integer, boolean, fraction, time, array, table };
    Kind kind = Kind::time;
    std::string text;
    std::int64_t integer = 0;
    bool boolean = false;
    std::string name;           // its key, when it is in a table
    std::vector<Node> members;  // of a table, by name
    std::vector<Node> items;    // of an array
    Span key;                   // where its key is written; of array items the same as `value`
    Span value;

    const Node* member(std::string_view wanted) const;
};
std::string_view name_of(Node::Kind kind);

// The root table; nullopt when the text was refused or is not TOML, and then `problems` says why. Never throws.
std::optional<Node> parse_document(const SourceRef& source, Problems& problems);

}  // namespace touchstone::config
