#include "unified.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "edits.hpp"
#include "lines.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::diff {
namespace {

constexpr std::size_t kContext = 3;  // lines around an edit

// What is known of one side.
struct Side {
    std::vector<std::string_view> lines;
    std::unordered_map<std::size_t, std::string> masked;

    Side(std::vector<std::string_view> all, const Mask& mask) : lines(std::move(all)) {
        std::vector<std::string_view> bare;
        bare.reserve(lines.size());
        for (const auto line : lines) bare.push_back(without_end(line));
        masked = mask.masked(bare);
    }

    std::string_view shown(std::size_t index) const {
        const auto found = masked.find(index);
        return found == masked.end() ? without_end(lines[index]) : std::string_view(found->second);
    }
};

// "3" for one line, "3,2" for two, "2,0" for none after the second.
std::string range(std::size_t begin, std::size_t end) {
    const auto count = end - begin;
    if (count == 1) return std::to_string(begin + 1);
    return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

class Writer {
public:
    Writer(const Side& before, const Side& after, std::size_t most_bytes) : before_(before), after_(after), most_bytes_(most_bytes) {}

    void head(const Names& names) { diff_.text = fmt::format("--- {}\n+++ {}\n", printable(names.before), printable(names.after)); }

    void hunk(const Edit* begin, const Edit* end) {
        const auto lead = std::min(begin->begin_before, kContext);
        const auto trail = std::min(before_.lines.size() - end[-1].end_before, kContext);
        auto x = begin->begin_before - lead, y = begin->begin_after - lead;
        put(fmt::format("@@ -{} +{} @@\n", range(x, end[-1].end_before + trail), range(y, end[-1].end_after + trail)));
        for (const Edit* edit = begin; edit != end; ++edit) {
            for (; x < edit->begin_before; ++x, ++y) line(' ', before_, x);
            for (; x < edit->end_before; ++x, ++diff_.removed) line('-', before_, x);
            for (; y < edit->end_after; ++y, ++diff_.added) line('+', after_, y);
        }
        for (std::size_t i = 0; i < trail; ++i) line(' ', before_, x++);
    }

    TextDiff take() { return std::move(diff_); }

private:
    void line(char mark, const Side& side, std::size_t index) {
        const auto text = side.shown(index);
        const auto end = std::min(text.size(), kMostLineBytes);
        const bool cut = end < text.size();
        std::string out(1, mark);
        out.append(text.substr(0, cut ? beginning(text) : end));
        if (cut) out += fmt::format("... ({} bytes)", text.size());
        out += '\n';
        if (!side.lines[index].ends_with('\n')) out += "\\ No newline at end of file\n";
        put(std::move(out));
    }

    // Not within a character of several bytes.
    static std::size_t beginning(std::string_view text) {
        std::size_t end = kMostLineBytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        return end;
    }

    // Once there is no room, nothing more is taken: what is shown is the beginning.
    void put(std::string text) {
        if (diff_.omitted > 0 || diff_.text.size() + text.size() > most_bytes_)
            ++diff_.omitted;
        else
            diff_.text += text;
    }

    const Side& before_;
    const Side& after_;
    const std::size_t most_bytes_;
    TextDiff diff_;
};

}  // namespace

TextDiff unified(std::string_view before, std::string_view after, const Names& names, const Mask& mask, std::size_t most_bytes) {
    auto lines_before = lines_of(before), lines_after = lines_of(after);
    if (!lines_before || !lines_after) {
        TextDiff refused;
        refused.why_not = fmt::format("it has more than {} lines", kMostLines);
        return refused;
    }
    const auto all = edits(numbered(*lines_before, *lines_after));
    const Side was(std::move(*lines_before), mask), is(std::move(*lines_after), mask);
    Writer writer(was, is, most_bytes);
    writer.head(names);
    for (const Edit* begin = all.data(), *end = begin; begin != all.data() + all.size(); begin = end) {
        do ++end;
        while (end != all.data() + all.size() && end->begin_before - end[-1].end_before <= 2 * kContext);
        writer.hunk(begin, end);
    }
    return writer.take();
}

}  // namespace touchstone::diff
