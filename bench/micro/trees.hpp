// Files and rows to measure with.
#pragma once

#include <cstddef>
#include <string>

#include "touchstone/object.hpp"

namespace bench {

// A directory of one's own below TMPDIR, removed in the end.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::string path(const std::string& below) const { return root_ + "/" + below; }
    void write(const std::string& below, std::size_t bytes) const;

private:
    std::string root_;
};

// The n-th of many paths, sixteen to a directory: /srv/d3/f55.
std::string nth_path(const std::string& root, std::size_t n);

// What a look at a file of 4 KiB gives.
touchstone::Observation row(const std::string& path, std::uint64_t inode);

// A baseline of `count` rows at nth_path("/srv", ...). Dies of any failure.
void build_baseline(const std::string& file, std::size_t count);

}  // namespace bench
