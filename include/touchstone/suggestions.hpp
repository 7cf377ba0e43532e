// Suggestions: [[expect]] rules drawn from the unexpected findings of a log, for somebody to accept. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "touchstone/log_entry.hpp"

namespace touchstone::reader {

struct Suggestion {
    std::string path;        // a glob when several names of one directory, or names that differ in numbers only, are meant
    std::set<std::string> attributes;  // as [[expect]] takes them; empty: it also appeared or vanished
    std::string executable, unit, user;  // of the writer
    std::uint64_t count = 0; // findings that it would have explained
    WallTime first{}, last{};
    std::set<std::string> examples;  // paths, kExamples at most
    static constexpr std::size_t kExamples = 3;
};

class Suggestions {
public:
    // A finding counts when all of its writers are known and one program and user, or of one unit, and nobody was logged in: what people do by hand is no
    // habit of the host. Each of several programs gets a rule of its own. What is critical is never suggested.
    void add(const Entry& entry);

    // What came at least `often` times, the most frequent first.
    std::vector<Suggestion> most_frequent(std::uint64_t often) const;
    std::uint64_t considered() const { return considered_; }

    static constexpr std::size_t kMostKept = 10'000;  // writers and patterns together; what is beyond is left out, and counted
    std::uint64_t left_out() const { return left_out_; }

private:
    using Key = std::tuple<std::string, std::string, std::string, std::string>;  // executable, unit, user, path pattern
    void add(const Key& key, const Entry& entry);

    std::map<Key, Suggestion> found_;
    std::uint64_t considered_ = 0, left_out_ = 0;
};

// "/etc/app/cert-20260131.pem" is "/etc/app/cert-*.pem"; glob characters of the name are quoted.
std::string pattern_of(const std::string& path);

}  // namespace touchstone::reader
