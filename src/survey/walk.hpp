// Names of everything to look at, from a full sweep.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "touchstone/survey.hpp"

namespace touchstone {

struct Walked {
    std::uint64_t unlisted = 0;
    std::vector<std::string> skipped;
};

// `put` is called from several threads and may block; false from it means that nobody wants more. Blocks until done.
Result<Walked> walk(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected,
                    const std::function<bool()>& keep_going, const std::function<bool(std::string)>& put);

}  // namespace touchstone
