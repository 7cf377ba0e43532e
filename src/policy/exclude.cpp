#include "exclude.hpp"

#include "glob_element.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {

Exclude::Exclude(std::string pattern) : pattern_(std::move(pattern)), literal_(unquoted(pattern_)) {
    const bool glob = has_glob(pattern_);
    if (pattern_.find('/') != std::string::npos) {
        form_ = glob ? Form::path_glob : Form::path;
        return;
    }
    if (!glob) return;
    const std::string_view rest = pattern_;
    form_ = Form::name_glob;
    if (rest.starts_with('*') && !has_glob(rest.substr(1))) {
        form_ = Form::name_suffix;
        literal_ = unquoted(rest.substr(1));
    } else if (rest.ends_with('*') && !rest.ends_with("\\*") && !has_glob(rest.substr(0, rest.size() - 1))) {
        form_ = Form::name_prefix;
    }
}

bool Exclude::matches(std::string_view path, std::size_t below) const {
    if (form_ == Form::path || form_ == Form::path_glob) return matches_path(path, below);
    for (std::size_t begin = below; begin < path.size();) {
        std::size_t end = path.find('/', begin + 1);
        if (end == std::string_view::npos) end = path.size();
        if (matches_name(path.substr(begin + 1, end - begin - 1))) return true;
        begin = end;
    }
    return false;
}

bool Exclude::matches_name(std::string_view name) const {
    switch (form_) {
        case Form::name: return name == literal_;
        case Form::name_suffix: return name.ends_with(literal_);
        case Form::name_prefix: return name.starts_with(literal_);
        default: return glob_match(pattern_, name);
    }
}

bool Exclude::matches_path(std::string_view path, std::size_t below) const {
    if (form_ == Form::path) return literal_.size() > below && is_within(path, literal_);
    if (!path.starts_with(literal_)) return false;
    for (std::size_t end = below; end < path.size();) {
        end = path.find('/', end + 1);
        if (end == std::string_view::npos) end = path.size();
        if (glob_match(pattern_, path.substr(0, end))) return true;
    }
    return false;
}

}  // namespace touchstone
