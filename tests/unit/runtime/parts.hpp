// A real state, what is put into it, and a directory and events from tests/support.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "support/outgoing.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/judge.hpp"
#include "touchstone/state.hpp"

namespace touchstone::test {

inline State open_state(const std::string& directory) {
    auto state = State::open(directory);
    REQUIRE(state);
    return std::move(*state);
}

inline Observation file_seen(const std::string& path, std::uint64_t size) {
    Attributes attributes;
    attributes.size = size;
    attributes.mode = 0644;
    attributes.id = {1, size + 1};
    return {path, WallTime{std::chrono::hours(1)}, attributes, std::nullopt, false};
}

}  // namespace touchstone::test
