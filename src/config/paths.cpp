#include "paths.hpp"

#include <fmt/format.h>

#include <climits>

#include "touchstone/bytes.hpp"
#include "touchstone/glob_class.hpp"

namespace touchstone::config {
namespace {

template <class Visit>
void each_component(std::string_view path, const Visit& visit) {
    for (std::size_t begin = 0; begin < path.size();) {
        auto end = path.find('/', begin);
        if (end == std::string_view::npos) end = path.size();
        if (end > begin) visit(path.substr(begin, end - begin));
        begin = end + 1;
    }
}

}  // namespace

std::optional<PathFault> fault_of_path(std::string_view path) {
    if (path.empty()) return PathFault{"an empty path", "an absolute path, like \"/etc\""};
    if (path.find('\0') != std::string_view::npos) return PathFault{"a path cannot hold a NUL byte", "any other byte may be in it"};
    if (path[0] == '~') return PathFault{"`~` is not expanded", "write the whole path, like \"/root\" or \"/home/*\""};
    if (path[0] != '/') return PathFault{"a relative path", fmt::format("an absolute path; did you mean \"/{}\"?", printable(path.substr(0, 100)))};
    if (path.size() >= PATH_MAX) return PathFault{"this path is too long", fmt::format("at most {} bytes", PATH_MAX - 1)};
    std::optional<PathFault> fault;
    each_component(path, [&](std::string_view name) {
        if (name == "..") fault = PathFault{"`..` in a path", "write the path without it"};
    });
    return fault;
}

std::optional<PathFault> fault_of_glob(std::string_view pattern, bool deep) {
    if (!deep && pattern.find("**") != std::string_view::npos)
        return PathFault{"`**` in the path of a watch", "a watch holds everything below it anyway; use `*` for one component"};
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            if (++i == pattern.size()) return PathFault{"a backslash at the end quotes nothing", "for a backslash itself write \\\\ in 'single quotes'"};
            if (pattern[i] == '/') return PathFault{"a slash cannot be quoted", "a backslash quotes the byte after it; for itself write \\\\"};
        } else if (pattern[i] == '[') {
            const auto end = class_end(pattern, i);
            if (end == std::string_view::npos || pattern.substr(i, end - i).find('/') != std::string_view::npos)
                return PathFault{"`[` is never closed within its component", "for a bracket itself write \\[ in 'single quotes'"};
            i = end - 1;
        }
    }
    return std::nullopt;
}

std::string normalised(std::string_view path) {
    std::string out;
    each_component(path, [&](std::string_view name) {
        if (name != ".") out.append("/").append(name);
    });
    return out.empty() ? "/" : out;
}

std::string quote_glob(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string unquote_glob(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        out += pattern[i];
    }
    return out;
}

bool has_wildcard(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\')
            ++i;
        else if (pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '[')
            return true;
    }
    return false;
}

std::string literal_start(std::string_view pattern) {
    std::string out;
    bool wild = false;
    each_component(pattern, [&](std::string_view name) {
        wild = wild || has_wildcard(name);
        if (!wild) out += '/' + unquote_glob(name);
    });
    return out.empty() ? "/" : out;
}

}  // namespace touchstone::config
