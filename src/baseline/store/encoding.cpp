#include "store/encoding.hpp"

#include <cstdint>

#include "store/integers.hpp"

namespace touchstone::store {
namespace {

void append_string(std::string& out, std::string_view bytes) {
    append_integer(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
}

// Takes values off the front; once something does not fit, failed() stays true.
class Taker {
public:
    explicit Taker(std::string_view bytes) : rest_(bytes) {}
    bool failed() const { return failed_; }
    bool more() const { return !failed_ && !rest_.empty(); }

    template <class Integer>
    Integer integer() {
        const auto bytes = take(sizeof(Integer));
        return bytes.empty() ? Integer{0} : integer_at<Integer>(bytes.data());
    }
    std::string string() { return std::string(take(integer<std::uint32_t>())); }

private:
    std::string_view take(std::size_t size) {
        if (failed_ || size > rest_.size()) {
            failed_ = true;
            return {};
        }
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace

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
    while (taker.more()) out.push_back(taker.string());
    if (taker.failed()) return std::nullopt;
    return out;
}

std::string encode_xattrs(const Xattrs& xattrs) {
    std::string out;
    for (const auto& [name, value] : xattrs) {
        append_string(out, name);
        append_string(out, value);
    }
    return out;
}

std::optional<Xattrs> decode_xattrs(std::string_view bytes) {
    Taker taker(bytes);
    Xattrs out;
    while (taker.more()) {
        auto name = taker.string();
        auto value = taker.string();
        if (taker.failed() || (!out.empty() && name <= out.rbegin()->first)) return std::nullopt;
        out.emplace_hint(out.end(), std::move(name), std::move(value));
    }
    if (taker.failed()) return std::nullopt;
    return out;
}

std::string encode_blocks(const BlockDigests& blocks) {
    std::string out;
    append_integer(out, blocks.size);
    append_string(out, blocks.full);
    append_string(out, blocks.tail);
    return out;
}

std::optional<BlockDigests> decode_blocks(std::string_view bytes) {
    Taker taker(bytes);
    BlockDigests out;
    out.size = taker.integer<std::uint64_t>();
    out.full = taker.string();
    out.tail = taker.string();
    if (taker.failed() || taker.more() || !is_consistent(out)) return std::nullopt;
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
