// What is to be said when the watch has to do with less than it could have had.
#pragma once

#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {

// `how` it is watched now, and why not better.
Notice fallback(Severity severity, std::string text, std::string how, std::string why);

// Probes that are not of the best tier, and those of the tier that are not there.
std::vector<Notice> probe_fallbacks(const Probes& probes);
std::vector<Notice> probe_fallbacks(ProbeTier tier, const std::string& declined, const std::vector<ProbeReport>& reports);

// File systems are marked as a whole, for want of probes or with them.
Notice fanotify_fallback(std::string text, const std::string& why);

}  // namespace touchstone
