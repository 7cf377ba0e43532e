#include "document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <toml.hpp>

#include "admission.hpp"
#include "syntax_fault.hpp"

namespace touchstone::config {
namespace {

using Toml = toml::basic_value<toml::discard_comments, std::map, std::vector>;

Span span_of(const Toml& value) {
    const auto at = value.location();
    return {at.line(), at.column() - 1, at.region()};
}

std::string_view without_blanks_at_end(std::string_view text) {
    const auto last = text.find_last_not_of(" \t");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// The library keeps no place for keys: of `key = value` it is what stands before the value; a table's place is its header or dotted key.
Span key_before(const SourceText& source, const std::string& key, const Span& value) {
    auto before = without_blanks_at_end(source.line(value.line).substr(0, value.column));
    if (!before.ends_with('=')) {
        const auto at = source.words(value).rfind(key);
        return at == std::string_view::npos ? value : Span{value.line, value.column + at, key.size()};
    }
    before.remove_suffix(1);
    const auto at = before.rfind(key);
    return at == std::string_view::npos ? value : Span{value.line, at, key.size()};
}

Node convert(const SourceText& source, const Toml& value);

void convert_table(const SourceText& source, const Toml& value, Node& node) {
    node.kind = Node::Kind::table;
    for (const auto& [key, member] : value.as_table()) {
        auto converted = convert(source, member);
        converted.key = key_before(source, key, converted.value);
        converted.name = key;
        node.members.push_back(std::move(converted));
    }
}

void convert_array(const SourceText& source, const Toml& value, Node& node) {
    node.kind = Node::Kind::array;
    for (const auto& item : value.as_array()) node.items.push_back(convert(source, item));
}

Node convert(const SourceText& source, const Toml& value) {
    Node node;
    node.key = node.value = span_of(value);
    switch (value.type()) {
        case toml::value_t::string: node.kind = Node::Kind::text; node.text = value.as_string().str; break;
        case toml::value_t::integer: node.kind = Node::Kind::integer; node.integer = value.as_integer(); break;
        case toml::value_t::boolean: node.kind = Node::Kind::boolean; node.boolean = value.as_boolean(); break;
        case toml::value_t::array: convert_array(source, value, node); break;
        case toml::value_t::table: convert_table(source, value, node); break;
        case toml::value_t::floating: node.kind = Node::Kind::fraction; break;
        default: node.kind = Node::Kind::time; break;
    }
    return node;
}

Node parse(const SourceText& source) {
    if (source.text().empty()) {
        Node nothing;
        nothing.kind = Node::Kind::table;
        return nothing;
    }
    std::istringstream stream(source.text() + '\n');
    return convert(source, toml::parse<toml::discard_comments, std::map, std::vector>(stream, source.name()));
}

}  // namespace

const Node* Node::member(std::string_view wanted) const {
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& each) { return each.name == wanted; });
    return found == members.end() ? nullptr : &*found;
}

std::string_view name_of(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::text: return "a string";
        case Node::Kind::integer: return "a whole number";
        case Node::Kind::boolean: return "a boolean";
        case Node::Kind::array: return "an array";
        case Node::Kind::table: return "a table";
        case Node::Kind::fraction: return "a fraction";
        case Node::Kind::time: return "a date or time";
    }
    return "a value";
}

std::optional<Node> parse_document(const SourceRef& source, Problems& problems) {
    if (auto refusal = refuse(*source)) {
        problems.add({source, refusal->at}, std::move(refusal->what), std::move(refusal->right));
        return std::nullopt;
    }
    std::string said;
    try {
        return parse(*source);
    } catch (const std::exception& error) {  // toml::exception, and what the standard library throws from inside of it
        said = error.what();
    }
    auto fault = syntax_fault(*source, said);
    problems.add({source, fault.at}, std::move(fault.what), std::move(fault.right));
    return std::nullopt;
}

}  // namespace touchstone::config
