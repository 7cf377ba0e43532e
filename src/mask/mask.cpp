#include "touchstone/mask.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "key_block.hpp"
#include "patterns.hpp"
#include "run_on.hpp"

namespace touchstone {
namespace {

constexpr int kMostMatches = 64;  // of one pattern in a line; what follows is masked whole, for searching on could take the square of the line's length
constexpr std::size_t kMostGroups = 16;
constexpr std::size_t kMostPatternBytes = 4096;
constexpr std::int64_t kSetMemory = 16 << 20, kPatternMemory = 2 << 20;

using Span = std::pair<std::size_t, std::size_t>;  // begin and end of what is masked

RE2::Options options(std::int64_t memory) {
    RE2::Options made;
    made.set_log_errors(false);
    made.set_max_mem(memory);
    return made;
}

std::vector<std::size_t> numbers(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

void add_match(const std::array<re2::StringPiece, kMostGroups + 1>& match, std::size_t groups, const char* begin, std::vector<Span>& spans) {
    bool any = false;
    for (std::size_t i = 1; i <= groups; ++i) {
        if (match[i].data() == nullptr) continue;
        any = true;
        const auto at = static_cast<std::size_t>(match[i].data() - begin);
        if (!match[i].empty()) spans.emplace_back(at, at + match[i].size());
    }
    const auto at = static_cast<std::size_t>(match[0].data() - begin);
    if (!any && !match[0].empty()) spans.emplace_back(at, at + match[0].size());
}

void find_spans(const RE2& pattern, std::string_view line, std::vector<Span>& spans) {
    const re2::StringPiece text(line.data(), line.size());
    const auto groups = std::min<std::size_t>(static_cast<std::size_t>(std::max(0, pattern.NumberOfCapturingGroups())), kMostGroups);
    std::array<re2::StringPiece, kMostGroups + 1> match;
    std::size_t at = 0;
    for (int found = 0; at <= line.size(); ++found) {
        if (!pattern.Match(text, at, line.size(), RE2::UNANCHORED, match.data(), static_cast<int>(groups + 1))) return;
        if (found == kMostMatches) break;
        add_match(match, groups, line.data(), spans);
        const auto end = static_cast<std::size_t>(match[0].data() - line.data()) + match[0].size();
        at = end > at ? end : at + 1;
    }
    if (at < line.size()) spans.emplace_back(at, line.size());
}

std::string replaced(std::string_view line, std::vector<Span> spans) {
    std::sort(spans.begin(), spans.end());
    std::string out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < spans.size();) {
        auto [begin, end] = spans[i++];
        for (; i < spans.size() && spans[i].first <= end; ++i) end = std::max(end, spans[i].second);
        out.append(line.substr(at, begin - at)).append(kMasked);
        at = end;
    }
    return out.append(line.substr(at));
}

std::string whole(std::string_view line) {
    const auto indentation = std::min(line.find_first_not_of(" \t"), line.size());
    return std::string(line.substr(0, indentation)).append(kMasked);
}

}  // namespace

struct Mask::Impl {
    std::vector<std::unique_ptr<RE2>> patterns;
    std::unique_ptr<RE2::Set> all;  // finds those that match in one pass, mostly none
    RE2 not_by_name{mask::not_by_name(), options(kPatternMemory)};
    mask::RunOnPatterns run_on;

    Status add(const std::string& pattern) {
        auto made = std::make_unique<RE2>(pattern, options(kPatternMemory));
        std::string why = made->error();
        if (made->ok() && all->Add(pattern, &why) >= 0) return patterns.push_back(std::move(made)), Status{};
        return fail(Error{"the pattern \"" + pattern + "\": " + why, ErrorKind::bad_input, 0});
    }

    std::vector<std::size_t> matching(std::string_view line) const {
        std::vector<int> found;
        RE2::Set::ErrorInfo trouble{};
        if (all->Match({line.data(), line.size()}, &found, &trouble)) return {found.begin(), found.end()};
        return trouble.kind == RE2::Set::kNoError ? std::vector<std::size_t>() : numbers(patterns.size());  // its memory does not suffice
    }

    std::vector<Span> spans_of(std::string_view line, bool by_name) const {
        std::vector<Span> spans;
        for (const auto each : matching(line))
            if (each >= mask::kByName || by_name) find_spans(*patterns[each], line, spans);
        return spans;
    }
};

Mask::Mask(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Mask::Mask(Mask&&) noexcept = default;
Mask& Mask::operator=(Mask&&) noexcept = default;
Mask::~Mask() = default;

Result<Mask> Mask::make(const std::vector<std::string>& more) {
    auto impl = std::make_unique<Impl>();
    impl->all = std::make_unique<RE2::Set>(options(kSetMemory), RE2::UNANCHORED);
    for (const auto& pattern : mask::built_in())
        if (auto added = impl->add(pattern); !added) return fail(added.error());
    for (const auto& pattern : more)
        if (auto added = impl->add(pattern); !added) return fail(added.error());
    if (!impl->all->Compile()) return fail(Error{"all patterns together are too large", ErrorKind::bad_input, 0});
    return Mask(std::move(impl));
}

std::unordered_map<std::size_t, std::string> Mask::masked(const std::vector<std::string_view>& lines) const {
    std::unordered_map<std::size_t, std::string> made;
    mask::KeyBlock key;
    mask::RunOn run_on(impl_->run_on);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines[i];
        const bool in_key = key.holds(line), goes_on = run_on.holds(line);
        const bool by_name = !RE2::PartialMatch({line.data(), line.size()}, impl_->not_by_name);
        if (in_key || goes_on) {
            made.emplace(i, whole(line));
        } else if (auto spans = impl_->spans_of(line, by_name); !spans.empty()) {
            made.emplace(i, replaced(line, std::move(spans)));
        }
        run_on.after(line, made.contains(i), by_name);
    }
    return made;
}

std::optional<std::string> fault_of_mask(std::string_view pattern) {
    if (pattern.empty()) return "an empty pattern";
    if (pattern.size() > kMostPatternBytes) return "a pattern of more than 4096 bytes";
    const RE2 made({pattern.data(), pattern.size()}, options(kPatternMemory));
    if (!made.ok()) return made.error();
    if (made.NumberOfCapturingGroups() > static_cast<int>(kMostGroups)) return "a pattern with more than 16 groups";
    if (RE2::PartialMatch("", made)) return "a pattern that an empty text matches";
    return std::nullopt;
}

}  // namespace touchstone
