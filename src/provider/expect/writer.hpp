// Is a process the writer that an expectation means, and its program the one that is trusted?
#pragma once

#include <map>
#include <optional>
#include <string>

#include "touchstone/observe.hpp"
#include "touchstone/providers.hpp"

namespace touchstone {

class WriterCheck {
public:
    static Result<WriterCheck> make();

    // "" when it fits; else why not, in a phrase.
    std::string fault(const Expectation& expectation, std::optional<std::uint32_t> user, const Actor& actor, const Question& question);

private:
    explicit WriterCheck(Observer observer) : observer_(std::move(observer)) {}
    std::string program_fault(const Expectation& expectation, const Question& question);
    std::string baseline_fault(const std::string& path, const Question& question);
    const Observation& look(const std::string& path, const Question& question);

    Observer observer_;                           // by SHA-256
    std::map<std::string, Observation> looked_;   // programs, as they were looked at last; taken again when their state moved
    static constexpr std::size_t kMostPrograms = 256;
};

}  // namespace touchstone
