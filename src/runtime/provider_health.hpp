// Which providers fail, as the threads that ask them tell: said once when the first of them finds it, and once when the last has found it well again.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

class ProviderHealth {
public:
    // As Panel::OnHealth; from any thread. Gives the notice that is due, if one is.
    std::optional<Notice> heard(const std::string& provider, const Error* error);
    // What fails now, by provider; for `status`.
    std::map<std::string, std::string> failing() const;

private:
    struct Fault {
        std::set<std::thread::id> found_by;
        std::string what;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Fault> faults_;
};

}  // namespace touchstone
