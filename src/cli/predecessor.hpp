// The baseline that a new one replaces: how they differ, and the history that is carried over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "touchstone/baseline.hpp"
#include "touchstone/rule.hpp"

namespace touchstone::cli {

class Predecessor {
public:
    // Missing or damaged: there is none, and report() says it when it was damaged.
    Predecessor(const std::string& file, DigestAlgorithm digest);

    // Called for every object that the new baseline gets.
    Status compare(const Observation& now, Profile profile);

    // Acceptances of the old one, and a note that says what was replaced.
    Status carry_over(BaselineWriter& writer, WallTime at);

    std::string report() const;  // "" or lines for a person

private:
    std::string in_short() const;

    std::optional<BaselineReader> old_;
    std::string damage_;
    DigestAlgorithm digest_;
    std::uint64_t appeared_ = 0, changed_ = 0, kept_ = 0;
};

}  // namespace touchstone::cli
