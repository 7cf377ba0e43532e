#include "problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace touchstone::config {

void Problems::add(const Place& place, std::string what, std::string right) {
    auto known = std::find(files_.begin(), files_.end(), place.source);
    if (known == files_.end()) known = files_.insert(files_.end(), place.source);
    all_.push_back({place, place.source->show(place.span, what, right), static_cast<std::size_t>(known - files_.begin())});
}

Error Problems::to_error() const {
    auto sorted = all_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(a.file, a.place.span.line, a.place.span.column) < std::tie(b.file, b.place.span.line, b.place.span.column);
    });
    std::string what;
    for (std::size_t i = 0; i < std::min(sorted.size(), kShown); ++i) what += (i == 0 ? "" : "\n") + sorted[i].text;
    if (sorted.size() > kShown) what += fmt::format("\nand {} more", sorted.size() - kShown);
    return {what, ErrorKind::bad_input, 0};
}

}  // namespace touchstone::config
