// A touch set driven by hand: times in milliseconds, touches in a few words.
#pragma once

#include <string>

#include "touchstone/touch_set.hpp"

namespace drive {

using namespace touchstone;

inline SteadyTime ms(std::int64_t milliseconds) { return SteadyTime(std::chrono::milliseconds(milliseconds)); }

inline constexpr SettleTimes kTimes{};  // 20 ms, 500 ms, 5 s

Touch touch(Act act, const std::string& path, std::int64_t at);
Touch rename(const std::string& from, const std::string& to, std::int64_t at);
Touch rename_directory(const std::string& from, const std::string& to, std::int64_t at);
ActorRef actor(const std::string& name);

// "/a /b": names of what take() gives, sorted; "" when nothing is ready. Gives it back as done.
std::string taken(TouchSet& set, std::int64_t at);
// The same of one group that stays out.
std::string names_of(const std::optional<TouchSet::Taken>& taken);
std::string renames_of(const Pending& pending);  // "/a>/b /b>/c"

// When the next group is ready, in milliseconds; -1 when nothing waits.
std::int64_t next(const TouchSet& set);

}  // namespace drive
