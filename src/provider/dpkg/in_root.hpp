// Where a path of a package lies in fact: /lib/x is /usr/lib/x where /lib is a link to usr/lib.
#pragma once

#include <string>
#include <unordered_map>

#include "touchstone/result.hpp"

namespace touchstone::dpkg {

class InRoot {
public:
    explicit InRoot(std::string root) : root_(std::move(root)) {}  // "/", or a directory that is taken for it

    // `path` with the symbolic links among its parents followed, within the root as chroot(2) would; the last component is left as it is, and so is
    // what does not exist yet. bad_input: a link that does not belong to root, or links without end. Remembers directories: one for each piece of work.
    Result<std::string> resolved(const std::string& path);
    std::string outside(const std::string& path) const;  // as a process outside of the root names it

private:
    Result<std::string> directory(const std::string& path, int links);
    std::string root_;
    std::unordered_map<std::string, std::string> known_;
};

// `path` as it is named within `root`; "" when it is not there.
std::string inside(const std::string& path, const std::string& root);

}  // namespace touchstone::dpkg
