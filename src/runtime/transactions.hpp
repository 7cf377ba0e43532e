// Transactions that findings belong to, until each is over and summed up. Recorder thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/provider.hpp"

namespace touchstone {

class Transactions {
public:
    // Counts a finding that carries a transaction. What there is no room for is summed up early by due().
    void add(const Finding& finding, WallTime now);
    // It was counted, and is now counted with another verdict. A transaction without findings is not summed up.
    void take_back(const Finding& finding);
    // Summaries of those that are over, have been quiet for a while, and of which nothing waits to be looked at (`all_looked_at`; for a minute, for others
    // touch files, too). Each comes once. What the kernel told after the end, as of a file that was brought and is touched weeks later, makes none.
    // `ask` is Panel::transaction.
    using Ask = std::function<std::optional<Transaction>(const std::string& provider, const std::string& id)>;
    std::vector<Notice> due(const Ask& ask, bool all_looked_at, WallTime now);

    // What must outlive a restart, as JSON; and that again. Text that is not so is taken for nothing.
    std::string saved() const;
    void restore(const std::string& text);
    bool changed();  // since the last call

    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kSummedUp = 256;  // remembered
    static constexpr Nanoseconds kQuiet = std::chrono::seconds(3);       // after its end and its last finding
    static constexpr Nanoseconds kBacklog = std::chrono::minutes(1);     // after its end
    static constexpr Nanoseconds kForgotten = std::chrono::hours(6);     // of one whose end nobody tells

private:
    struct Open {
        std::string provider;
        std::map<std::string, std::uint64_t> verdicts, actions;
        WallTime touched{};  // the first that was; the epoch where only a sweep knows
        WallTime last{};     // finding
    };
    Notice summary(const std::string& id, const Open& open, const std::optional<Transaction>& known) const;

    std::map<std::string, Open> open_;  // by id
    std::deque<std::string> summed_up_;  // ids, the newest first
    bool changed_ = false;
};

}  // namespace touchstone
