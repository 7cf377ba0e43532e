// What `check` and `baseline diff` found, and how it is said.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/comparison_report.hpp"
#include "touchstone/finding.hpp"
#include "touchstone/survey.hpp"

namespace touchstone::cli {

// How an object differs from what it should be; nullopt when it does not. Whatever could not be looked at is unreadable, also
// when the baseline could not read it either: it was not verified.
std::optional<Finding> compare(const Surveyed& surveyed, DigestAlgorithm digest);

class Comparison {
public:
    // One finding a path: the first is kept. A rename counts as a name that vanished and one that appeared.
    void add(Finding finding);
    // Directories whose names could not be read, and what kept that from being a finding of its own.
    void add_unlisted(std::uint64_t directories) { unlisted_ += directories; }

    const std::map<std::string, Finding>& findings() const { return findings_; }  // by path
    std::uint64_t unlisted() const { return unlisted_; }
    const Counts& counts() const { return counts_; }
    std::uint64_t settled() const { return counts_.expected + counts_.authorized; }  // expected and authorized ones
    int exit_status() const { return counts_.exit_status(unlisted_); }

private:
    std::map<std::string, Finding> findings_;
    Counts counts_;
    std::uint64_t unlisted_ = 0;
};

// Groups, with attributes before and after; "" when there is nothing. Safe for a terminal.
std::string describe(const Comparison& comparison);
// "2 appeared, 1 changed"; "no differences".
std::string in_short(const Comparison& comparison);

// {"exit":N,"summary":{...},"differences":[...]}: `summary` is a JSON object that the counts are added to.
std::string to_json(const Comparison& comparison, int exit, const std::string& summary);

}  // namespace touchstone::cli
