// What `status` says, as metrics: the text format of Prometheus, for the textfile collector of the node_exporter. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace touchstone {

// Of the object that `touchstone status --json` prints, so that the two cannot drift apart: every number in it is a metric here but for those that
// say nothing on a graph (the process id, what single long reads have read), and the sum of the findings by verdict. What is null or missing is left
// out. Times are seconds since 1970, shares ratios from 0 to 1, and what only counts up ends in _total.
std::string metrics_of(const nlohmann::ordered_json& status);

}  // namespace touchstone
