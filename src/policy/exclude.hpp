// One exclude of a watch, read once so that the intake path seldom has to run a glob.
#pragma once

#include <string>
#include <string_view>

namespace touchstone {

class Exclude {
public:
    explicit Exclude(std::string pattern);

    // `path` is held by the watch up to `below`; only what lies further down can be excluded, never the watched path itself.
    bool matches(std::string_view path, std::size_t below) const;

private:
    enum class Form { name, name_suffix, name_prefix, name_glob, path, path_glob };

    bool matches_name(std::string_view name) const;
    bool matches_path(std::string_view path, std::size_t below) const;

    Form form_ = Form::name;
    std::string pattern_;
    std::string literal_;  // of names and paths without a wildcard all of it, else the fixed bytes at the start (or end: name_suffix)
};

}  // namespace touchstone
