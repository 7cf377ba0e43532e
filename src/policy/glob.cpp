#include <array>
#include <cstring>

#include "glob_element.hpp"
#include "touchstone/glob_class.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kStackText = 4'200;  // more than PATH_MAX: no path allocates

// Which positions of the text the pattern read so far can end at: one byte for each, and the bounds of those that are set.
class Reachable {
public:
    Reachable(unsigned char* at, std::string_view text) : at_(at), text_(text) {
        std::memset(at_, 0, text.size() + 1);
        at_[0] = 1;
    }

    bool none() const { return low_ > high_; }
    bool whole_text() const { return !none() && at_[text_.size()] != 0; }

    void step(const GlobElement& element) {
        switch (element.kind) {
            case GlobElement::Kind::any_run: return spread(false);
            case GlobElement::Kind::any_path: return spread(true);
            case GlobElement::Kind::any_directories: return spread_directories();
            default: return advance(element);
        }
    }

private:
    void advance(const GlobElement& element) {
        const std::size_t end = high_ < text_.size() ? high_ + 1 : text_.size();
        const std::size_t begin = low_ + 1;
        std::size_t first = text_.size() + 1, last = 0;
        for (std::size_t j = end; j >= begin; --j) {
            at_[j] = at_[j - 1] != 0 && element.matches(text_[j - 1]) ? 1 : 0;
            if (at_[j] != 0) {
                first = j;
                if (last == 0) last = j;
            }
        }
        at_[low_] = 0;
        low_ = first;
        high_ = last;
    }

    void spread(bool over_slashes) {
        for (std::size_t j = low_ + 1; j <= text_.size(); ++j) {
            if (at_[j - 1] != 0 && (over_slashes || text_[j - 1] != '/')) at_[j] = 1;
            if (at_[j] != 0 && j > high_) high_ = j;
            if (at_[j] == 0 && j > high_) break;
        }
    }

    void spread_directories() {
        for (std::size_t j = low_ + 1; j <= text_.size(); ++j)
            if (text_[j - 1] == '/') {
                at_[j] = 1;
                if (j > high_) high_ = j;
            }
    }

    unsigned char* at_;
    std::string_view text_;
    std::size_t low_ = 0, high_ = 0;
};

bool match(std::string_view pattern, std::string_view text, unsigned char* room) {
    Reachable reachable(room, text);
    for (std::size_t i = 0; i < pattern.size() && !reachable.none();) reachable.step(next_element(pattern, i));
    return reachable.whole_text();
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
    std::array<unsigned char, kStackText> room;  // NOLINT: match() clears what it uses
    if (text.size() < room.size()) return match(pattern, text, room.data());
    std::string large(text.size() + 1, '\0');
    return match(pattern, text, reinterpret_cast<unsigned char*>(large.data()));
}

bool has_glob(std::string_view text) {
    for (std::size_t i = 0; i < text.size();)
        if (next_element(text, i).kind != GlobElement::Kind::byte) return true;
    return false;
}

std::string unquoted(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size();) {
        const auto element = next_element(pattern, i);
        if (element.kind != GlobElement::Kind::byte) break;
        out += element.byte;
    }
    return out;
}

// ---- elements ----------------------------------------------------------------------------------------------------------

namespace {

GlobElement stars(std::string_view pattern, std::size_t& i) {
    const std::size_t begin = i;
    while (i < pattern.size() && pattern[i] == '*') ++i;
    if (i - begin == 1) return {GlobElement::Kind::any_run};
    const bool whole = begin == 0 || pattern[begin - 1] == '/';
    if (!whole || i == pattern.size() || pattern[i] != '/') return {GlobElement::Kind::any_path};
    ++i;
    return {GlobElement::Kind::any_directories};
}

bool in_class(std::string_view members, char c) {
    const auto value = static_cast<unsigned char>(c);
    bool found = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i] == '\\' && i + 1 < members.size()) ++i;
        const auto low = static_cast<unsigned char>(members[i]);
        auto high = low;
        if (i + 2 < members.size() && members[i + 1] == '-') {
            i += 2;
            if (members[i] == '\\' && i + 1 < members.size()) ++i;
            high = static_cast<unsigned char>(members[i]);
        }
        found = found || (low <= value && value <= high);
    }
    return found;
}

}  // namespace

GlobElement next_element(std::string_view pattern, std::size_t& i) {
    switch (pattern[i]) {
        case '*': return stars(pattern, i);
        case '?': ++i; return {GlobElement::Kind::any_byte};
        case '[':
            if (const auto end = class_end(pattern, i); end != std::string_view::npos) {
                GlobElement element{GlobElement::Kind::one_of};
                const std::size_t begin = i + 1;
                element.negated = pattern[begin] == '!' || pattern[begin] == '^';
                element.members = pattern.substr(begin + (element.negated ? 1 : 0), end - 1 - begin - (element.negated ? 1 : 0));
                i = end;
                return element;
            }
            break;
        case '\\':
            if (i + 1 < pattern.size()) ++i;
            break;
        default: break;
    }
    return {GlobElement::Kind::byte, pattern[i++]};
}

bool GlobElement::matches(char c) const {
    switch (kind) {
        case Kind::byte: return c == byte;
        case Kind::any_byte: return c != '/';
        case Kind::one_of: return c != '/' && in_class(members, c) != negated;
        default: return false;
    }
}

}  // namespace touchstone
