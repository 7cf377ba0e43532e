// Every key but those of [[watch]], in one table: what it may be, where it goes, how it is shown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "document.hpp"
#include "touchstone/config.hpp"

namespace touchstone::config {

struct PathValue {
    std::string& (*at)(Config&);
    enum class Also { nothing, stdout_, root };
    Also also = Also::nothing;  // "-", or "/", is allowed
};
struct NumberValue {
    std::uint32_t& (*at)(Config&);
    std::uint32_t least;
    std::uint32_t most;
};
struct DurationValue {
    Nanoseconds& (*at)(Config&);
    Nanoseconds least;
    Nanoseconds most;
};
struct PercentValue {
    std::uint32_t& (*at)(Config&);
    std::uint32_t least;
    std::uint32_t most;
};
struct SwitchValue {
    bool& (*at)(Config&);
};
struct ChoiceValue {
    std::vector<std::string_view> (*words)();
    bool (*set)(Config&, std::string_view);  // false: none of the words
    std::string (*get)(const Config&);
};
struct ListValue {
    std::vector<std::string>& (*at)(Config&);
    std::string_view what;   // "file system types"
    std::string_view right;  // a list as it should look
    bool (*is_item)(std::string_view);
};
struct PathsValue {
    std::vector<std::string>& (*at)(Config&);
};

struct PatternsValue {
    std::vector<std::string>& (*at)(Config&);
};

struct Setting {
    std::string_view key;  // dotted: "limits.pending"
    std::variant<PathValue, NumberValue, DurationValue, PercentValue, SwitchValue, ChoiceValue, ListValue, PathsValue, PatternsValue> value;
};

std::span<const Setting> settings();

struct ValueFault {
    std::string what;
    std::string right;
};

// Checks the node and puts it into the configuration, or says what is wrong with it.
std::optional<ValueFault> assign(const Setting& setting, const Node& node, Config& config);

}  // namespace touchstone::config
