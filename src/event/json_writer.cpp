#include "json_writer.hpp"

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

enum class ByteClass : unsigned char { plain, special, high };

constexpr std::array<ByteClass, 256> classify() {
    std::array<ByteClass, 256> table{};
    for (std::size_t i = 0; i < 256; ++i) table[i] = i >= 0x80 ? ByteClass::high : i < 0x20 ? ByteClass::special : ByteClass::plain;
    table['"'] = table['\\'] = ByteClass::special;
    return table;
}
constexpr auto kClasses = classify();

ByteClass class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

void append_special(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\t': out += "\\t"; return;
        default:
            out += "\\u00";
            out += kHex[static_cast<unsigned char>(c) >> 4];
            out += kHex[static_cast<unsigned char>(c) & 15];
    }
}

void append_utf8(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find(text, ByteClass::special, class_of) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        append_special(out, text.front());
        text.remove_prefix(1);
    }
}

}  // namespace

void JsonWriter::separate() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') out_ += ',';
}

void JsonWriter::quoted(std::string_view bytes) {
    out_ += '"';
    if (std::ranges::find(bytes, ByteClass::high, class_of) != bytes.end())
        append_utf8(out_, escape_invalid_utf8(bytes));
    else
        append_utf8(out_, bytes);
    out_ += '"';
}

void JsonWriter::begin(std::string_view key) {
    separate();
    quoted(key);
    out_ += ':';
}

void JsonWriter::begin_object() {
    separate();
    out_ += '{';
}

void JsonWriter::begin_object(std::string_view key) {
    begin(key);
    out_ += '{';
}

void JsonWriter::begin_array(std::string_view key) {
    begin(key);
    out_ += '[';
}

void JsonWriter::text(std::string_view key, std::string_view bytes) {
    begin(key);
    quoted(bytes);
}

void JsonWriter::text_unless_empty(std::string_view key, std::string_view bytes) {
    if (!bytes.empty()) text(key, bytes);
}

void JsonWriter::item(std::string_view bytes) {
    separate();
    quoted(bytes);
}

void JsonWriter::flag(std::string_view key, bool value) {
    begin(key);
    out_ += value ? "true" : "false";
}

}  // namespace touchstone
