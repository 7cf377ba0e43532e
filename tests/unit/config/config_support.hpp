#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "config/build.hpp"

namespace touchstone::config {

inline constexpr std::string_view kWatch = "[[watch]]\npath = \"/etc\"\n";

// A text that must be right. `kWatch` is added when it has no watch of its own.
inline LoadedConfig good(std::string text) {
    if (text.find("[[watch]]") == std::string::npos) text += '\n' + std::string(kWatch);
    auto loaded = parse_config("t.toml", text);
    INFO((loaded ? "" : loaded.error().what));
    REQUIRE(loaded.has_value());
    return std::move(*loaded);
}

// What is said of a text that must be wrong.
inline std::string bad(std::string text) {
    INFO(text);
    if (text.find("[[watch]]") == std::string::npos) text += '\n' + std::string(kWatch);
    const auto loaded = parse_config("t.toml", text);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().kind == ErrorKind::bad_input);
    CHECK_THAT(loaded.error().what, Catch::StartsWith("t.toml:"));
    return loaded.error().what;
}

inline bool says(const std::string& text, std::string_view part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace touchstone::config
