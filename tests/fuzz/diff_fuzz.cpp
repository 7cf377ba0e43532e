// Any two texts: the difference is of whole lines, bounded, valid, and what it removes and adds makes the one text of the other. The first NUL parts them.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edits.hpp"
#include "lines.hpp"
#include "touchstone/bytes.hpp"
#include "unified.hpp"

namespace {

using namespace touchstone;

void must(bool holds) {
    if (!holds) std::abort();
}

void inspect_edits(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
    std::vector<std::string_view> made;
    std::size_t at = 0;
    for (const auto& edit : diff::edits(diff::numbered(before, after))) {
        must(edit.begin_before >= at && edit.end_before <= before.size() && edit.end_after <= after.size());
        for (; at < edit.begin_before; ++at) made.push_back(before[at]);
        for (auto added = edit.begin_after; added < edit.end_after; ++added) made.push_back(after[added]);
        at = edit.end_before;
    }
    for (; at < before.size(); ++at) made.push_back(before[at]);
    must(made == after);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto mask = Mask::make({"badge (\\d+)", "x(?:[^y]*y)?"});
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto middle = std::min(bytes.find('\0'), size);
    const auto before = bytes.substr(0, middle), after = bytes.substr(std::min(middle + 1, size));
    if (!diff::is_text(before) || !diff::is_text(after)) return 0;
    constexpr std::size_t kMost = 2000;
    const auto made = diff::unified(before, after, {"/a", "/b"}, *mask, kMost);
    must(made.text.size() <= kMost && is_utf8(made.text) && (made.text.empty() || made.text.ends_with('\n')));
    const auto lines_before = diff::lines_of(before), lines_after = diff::lines_of(after);
    if (lines_before && lines_after) inspect_edits(*lines_before, *lines_after);
    return 0;
}
