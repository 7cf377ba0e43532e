#include "store/encoding.hpp"

#include <cstdint>

#include "store/integers.hpp"
#include "store/taker.hpp"

namespace touchstone::store {

void append_string(std::string& out, std::string_view bytes) {
    append_integer(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
}

std::string encode_strings(const std::vector<std::string>& strings) {
    std::string out;
    std::size_t size = 0;
    for (const auto& each : strings) size += sizeof(std::uint32_t) + each.size();
    out.reserve(size);
    for (const auto& each : strings) append_string(out, each);
    return out;
}

std::optional<std::vector<std::string>> decode_strings(std::string_view bytes) {
    Taker taker(bytes);
    std::vector<std::string> out;
    while (taker.more()) out.emplace_back(taker.string());
    if (taker.failed()) return std::nullopt;
    return out;
}

void append_xattrs(std::string& out, const Xattrs& xattrs) {
    for (const auto& [name, value] : xattrs) {
        append_string(out, name);
        append_string(out, value);
    }
}

std::optional<Xattrs> decode_xattrs(std::string_view bytes) {
    Taker taker(bytes);
    Xattrs out;
    while (taker.more()) {
        const auto name = taker.string();
        const auto value = taker.string();
        if (taker.failed() || (!out.empty() && name <= out.rbegin()->first)) return std::nullopt;
        out.emplace_hint(out.end(), std::string(name), std::string(value));
    }
    if (taker.failed()) return std::nullopt;
    return out;
}

void append_blocks(std::string& out, const BlockDigests& blocks) {
    append_integer(out, blocks.size);
    append_string(out, blocks.full);
    append_string(out, blocks.tail);
}

std::optional<BlockDigests> decode_blocks(std::string_view bytes) {
    Taker taker(bytes);
    BlockDigests out;
    out.size = taker.integer<std::uint64_t>();
    out.full = taker.string();
    out.tail = taker.string();
    if (!taker.finished() || !is_consistent(out)) return std::nullopt;
    return out;
}

bool is_consistent(const BlockDigests& blocks) {
    const std::uint64_t whole = blocks.size / BlockDigests::kBlockSize;
    const bool has_tail = blocks.size % BlockDigests::kBlockSize != 0;
    if (has_tail == blocks.tail.empty() || (whole == 0) != blocks.full.empty()) return false;
    if (whole == 0) return true;
    if (blocks.full.size() % whole != 0) return false;
    return !has_tail || blocks.full.size() / whole == blocks.tail.size();
}

}  // namespace touchstone::store
