#include "touchstone/bytes.hpp"

#include <cstdint>

namespace touchstone {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_escaped(std::string& out, unsigned char byte) {
    out += "\\x";
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
}

// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 when there is none.
std::size_t utf8_length(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const std::size_t left = bytes.size() - at;
    const auto continued = [&](std::size_t length) {
        for (std::size_t i = 1; i < length; ++i)
            if ((byte(i) & 0xC0) != 0x80) return false;
        return true;
    };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return left >= 2 && continued(2) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !continued(3)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
        if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogate
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !continued(4)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;  // overlong
        if (first == 0xF4 && byte(1) > 0x8F) return 0;  // above U+10FFFF
        return 4;
    }
    return 0;
}

std::string escape(std::string_view bytes, bool control_too) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = utf8_length(bytes, i);
        const auto first = static_cast<unsigned char>(bytes[i]);
        // C1 controls (U+0080 to U+009F) move a terminal's cursor as well.
        const bool control = control_too && (first < 0x20 || first == 0x7F ||
                                             (length == 2 && first == 0xC2 && static_cast<unsigned char>(bytes[i + 1]) < 0xA0));
        if (length == 0 || control) {
            for (std::size_t k = 0; k < (length == 0 ? 1 : length); ++k) append_escaped(out, static_cast<unsigned char>(bytes[i + k]));
        } else {
            out.append(bytes.substr(i, length));
        }
        i += length == 0 ? 1 : length;
    }
    return out;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kHexDigits[byte >> 4];
        out += kHexDigits[byte & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high << 4 | low);
    }
    return out;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = utf8_length(bytes, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

std::string escape_invalid_utf8(std::string_view bytes) { return escape(bytes, false); }
std::string printable(std::string_view bytes) { return escape(bytes, true); }

SplitPath split_path(std::string_view path) {
    if (path == "/") return {"", "/"};
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {"", path};
    return {slash == 0 ? path.substr(0, 1) : path.substr(0, slash), path.substr(slash + 1)};
}

void join_path(std::string& out, std::string_view directory, std::string_view name) {
    out.assign(directory);
    if (!out.empty() && out.back() != '/') out += '/';
    out += name;
}

std::string join_path(std::string_view directory, std::string_view name) {
    std::string out;
    join_path(out, directory, name);
    return out;
}

bool is_within(std::string_view path, std::string_view directory) {
    if (directory == "/") return path.starts_with('/');
    if (!path.starts_with(directory)) return false;
    return path.size() == directory.size() || path[directory.size()] == '/';
}

}  // namespace touchstone
