#include "approval/escape.hpp"

#include "touchstone/bytes.hpp"

namespace touchstone::approval {
namespace {

bool is_plain(char c, Spaces spaces) { return (c > ' ' && c < 0x7f && c != '%') || (c == ' ' && spaces == Spaces::kept); }

}  // namespace

std::string escape(std::string_view bytes, Spaces spaces) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
        if (is_plain(c, spaces)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            if (!is_plain(text[at], Spaces::kept)) return std::nullopt;
            out += text[at];
            continue;
        }
        if (text.size() - at < 3) return std::nullopt;
        const auto byte = from_hex(text.substr(at + 1, 2));
        if (!byte) return std::nullopt;
        out += *byte;
        at += 2;
    }
    return out;
}

}  // namespace touchstone::approval
