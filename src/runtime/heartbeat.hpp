// The notice that says now and then that somebody watches, and how well: a log server alarms when it stays away.
#pragma once

#include <nlohmann/json.hpp>

#include "touchstone/event.hpp"

namespace touchstone {

// Not thread-safe. Pure: what `touchstone status --json` prints and the time are arguments.
class Heartbeat {
public:
    Notice beat(const nlohmann::ordered_json& status, WallTime now);
    WallTime last() const { return last_; }  // 0: none yet

private:
    std::uint64_t since_last(const nlohmann::ordered_json& status, const std::string& where);

    WallTime last_{};
    nlohmann::ordered_json told_;  // the status that the last one spoke of
};

}  // namespace touchstone
