// What the recorder is given to do.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/judge.hpp"

namespace touchstone {

// A group of names, looked at. `subjects` lack what the recorder adds: baseline and reported.
struct Looked {
    std::uint64_t token = 0;
    SteadyTime at{};  // when the last of them had been looked at
    std::vector<Subject> subjects;
    std::vector<Rename> renames;
    bool stopping = false;  // the daemon is about to end: what is not judged now is for the sweep of its next start
};

// Run on the recorder thread, between two groups.
using Command = std::function<void()>;

using Work = std::variant<Looked, Gap, Notice, Command>;

}  // namespace touchstone
