// Everything to look at, from a full sweep.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "touchstone/survey.hpp"
#include "touchstone/sweep.hpp"

namespace touchstone {

struct Walked {
    std::uint64_t unlisted = 0;
    std::vector<std::string> skipped;
};

// `open_look` is called by the calling thread for each walking thread that begins, options.threads.most at most; its looks are that thread's. The first is
// used by the calling thread, also after the walk for names that are expected and that no walk meets. Blocks until done.
Result<Walked> walk(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected,
                    const std::function<bool()>& keep_going, const std::function<SweepLook()>& open_look);

}  // namespace touchstone
