// What is wrong with a configuration: gathered, so that one run shows it all.
#pragma once

#include <string>
#include <vector>

#include "source_text.hpp"
#include "touchstone/result.hpp"

namespace touchstone::config {

// A place in one of the files.
struct Place {
    SourceRef source;
    Span span;
};

class Problems {
public:
    static constexpr std::size_t kShown = 20;  // more are counted

    void add(const Place& place, std::string what, std::string right);
    bool empty() const { return all_.empty(); }
    Error to_error() const;  // bad_input, in the order of the files and their lines

private:
    struct Problem {
        Place place;
        std::string text;
        std::size_t file = 0;
    };
    std::vector<Problem> all_;
    std::vector<SourceRef> files_;
};

}  // namespace touchstone::config
