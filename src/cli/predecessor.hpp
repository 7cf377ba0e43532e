// The baseline that a new one replaces: how they differ, and the history that is carried over.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "touchstone/baseline.hpp"
#include "touchstone/rule.hpp"

namespace touchstone::cli {

class Predecessor {
public:
    // Missing or damaged: there is none, and report() says it when it was damaged.
    Predecessor(const std::string& file, DigestAlgorithm digest);

    // One for each thread, called for every object that the new baseline gets. The Predecessor must outlive it.
    using Compare = std::function<void(const Observation& now, Profile profile)>;
    Compare open_comparison();

    // Acceptances of the old one, and a note that says what was replaced.
    Status carry_over(BaselineWriter& writer, WallTime at);

    std::string report() const;  // "" or lines for a person

private:
    void compare(BaselineReader& old, const Observation& now, Profile profile);
    void give_up(const Error& error);
    std::string in_short() const;

    const std::string file_;
    std::optional<BaselineReader> old_;
    std::mutex mutex_;
    std::string damage_;
    DigestAlgorithm digest_;
    std::atomic<bool> damaged_{false};
    std::atomic<std::uint64_t> appeared_{0}, changed_{0}, kept_{0};
};

}  // namespace touchstone::cli
