// Guards who reads rows in order against a damaged file.
#pragma once

#include <string>
#include <string_view>

namespace touchstone::store {

// Whether rows come in strictly ascending order. In a damaged tree, where pages can be reached over and over, they do not: without this a
// forged file could keep a reader busy for ever.
class Ascending {
public:
    bool advance(std::string_view directory, std::string_view name) {
        const int compared = directory.compare(directory_);
        if (compared < 0 || (compared == 0 && name <= name_)) return false;  // no name is empty, so the first row passes
        if (compared > 0) directory_.assign(directory);
        name_.assign(name);
        return true;
    }

private:
    std::string directory_, name_;
};

}  // namespace touchstone::store
