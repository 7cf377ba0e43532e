#include "watch_matcher.hpp"

#include "glob_element.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {
namespace {

std::vector<std::string_view> components_of(std::string_view path) {
    std::vector<std::string_view> out;
    for (std::size_t begin = 0; begin < path.size();) {
        std::size_t end = path.find('/', begin);
        if (end == std::string_view::npos) end = path.size();
        if (end > begin) out.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

bool is_prefix(std::string_view path, std::string_view prefix) {
    // The boundary first: it turns most paths away without a comparison.
    if (path.size() < prefix.size() || (path.size() > prefix.size() && path[prefix.size()] != '/')) return false;
    return path.starts_with(prefix);
}

}  // namespace

WatchMatcher::WatchMatcher(RuleRef rule) : rule_(std::move(rule)) {
    for (const auto component : components_of(rule_->path)) {
        const bool glob = has_glob(component);
        is_glob_.push_back(glob);
        if (glob || !globs_.empty())
            globs_.push_back({glob ? std::string(component) : unquoted(component), glob});
        else
            literal_ += '/' + unquoted(component);
    }
    for (const auto& pattern : rule_->exclude) excludes_.emplace_back(pattern);
}

bool WatchMatcher::Component::matches(std::string_view name) const { return glob ? glob_match(pattern, name) : pattern == name; }

std::optional<std::size_t> WatchMatcher::match_globs(std::string_view path, std::size_t& at) const {
    std::size_t matched = 0;
    for (; matched < globs_.size() && at < path.size(); ++matched) {
        std::size_t end = path.find('/', at + 1);
        if (end == std::string_view::npos) end = path.size();
        if (!globs_[matched].matches(path.substr(at + 1, end - at - 1))) return std::nullopt;
        at = end;
    }
    return matched;
}

std::optional<std::size_t> WatchMatcher::holds(std::string_view path) const {
    if (!is_prefix(path, literal_)) return std::nullopt;
    std::size_t at = literal_.size();
    if (globs_.empty()) return at;
    if (match_globs(path, at) != globs_.size()) return std::nullopt;
    return at;
}

bool WatchMatcher::excludes(std::string_view path, std::size_t below) const {
    if (below >= path.size()) return false;
    for (const auto& exclude : excludes_)
        if (exclude.matches(path, below)) return true;
    return false;
}

bool WatchMatcher::is_below(std::string_view path) const {
    if (path.size() < literal_.size()) return is_prefix(literal_, path);
    if (!is_prefix(path, literal_)) return false;
    std::size_t at = literal_.size();
    const auto matched = match_globs(path, at);
    return matched && *matched < globs_.size();
}

bool WatchMatcher::more_specific_than(const WatchMatcher& other) const {
    if (is_glob_.size() != other.is_glob_.size()) return is_glob_.size() > other.is_glob_.size();
    if (is_glob_ != other.is_glob_) return is_glob_ < other.is_glob_;  // a name says more than a glob, the sooner the more
    return rule_->path.size() > other.rule_->path.size();
}

}  // namespace touchstone
