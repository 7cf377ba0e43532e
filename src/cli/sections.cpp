#include "sections.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "text.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string words(std::string key) {
    std::replace(key.begin(), key.end(), '_', ' ');
    return printable(key);
}

std::string scalar(const Json& value) {
    if (value.is_string()) return value.get<std::string>().empty() ? "-" : printable(value.get<std::string>());
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_null()) return "-";
    if (value.is_number_unsigned()) return with_commas(value.get<std::uint64_t>());
    return printable(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool is_empty_text(const Json& value) { return value.is_string() && value.get<std::string>().empty(); }

// "waiting 0, peak 3": what stands within one line.
std::string inline_text(const Json& value) {
    if (!value.is_object()) return scalar(value);
    std::string out;
    for (const auto& [key, member] : value.items())
        if (!is_empty_text(member)) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", words(key), scalar(member));
    return out;
}

std::string aligned(const Json& object, const char* indent) {
    std::size_t width = 0;
    for (const auto& [key, value] : object.items()) width = std::max(width, key.size());
    std::string out;
    for (const auto& [key, value] : object.items()) out += fmt::format("{}{:<{}}  {}\n", indent, words(key), width, inline_text(value));
    return out;
}

std::string list(const Json& items) {
    if (items.empty()) return "  none\n";
    std::string out;
    for (const auto& item : items) out += "  " + inline_text(item) + "\n";
    return out;
}

}  // namespace

std::string sections(const Json& json) {
    Json head = Json::object();
    for (const auto& [key, value] : json.items())
        if (!value.is_structured()) head[key] = value.is_number() ? Json(value.dump()) : value;  // a process id takes no commas
    std::string out = aligned(head, "");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_structured()) continue;
        out += fmt::format("\n{}\n{}", words(key), value.is_array() ? list(value) : aligned(value, "  "));
    }
    return out;
}

}  // namespace touchstone::cli
