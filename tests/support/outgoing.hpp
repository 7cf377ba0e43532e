// Events to deliver.
#pragma once

#include <string>
#include <vector>

#include "touchstone/sink.hpp"

namespace touchstone::test {

inline OutgoingEvent event(std::uint64_t sequence, std::size_t padding = 0) {
    const auto number = std::to_string(sequence);
    return {sequence, "id" + number,
            R"({"@timestamp":"2026-01-31T12:00:00.123456789Z","event":{"sequence":)" + number + R"(},"pad":")" + std::string(padding, 'x') +
                "\"}",
            {"MESSAGE=event " + number, "TOUCHSTONE_EVENT_ID=id" + number, "TOUCHSTONE_SEQUENCE=" + number}};
}

inline std::vector<OutgoingEvent> events(std::uint64_t first, std::uint64_t last, std::size_t padding = 0) {
    std::vector<OutgoingEvent> all;
    for (auto i = first; i <= last; ++i) all.push_back(event(i, padding));
    return all;
}

inline std::string lines_of(const std::vector<OutgoingEvent>& all) {
    std::string text;
    for (const auto& each : all) text += each.json + '\n';
    return text;
}

}  // namespace touchstone::test
