// Transactions that findings belong to, until each is over and summed up. Recorder thread only.
#pragma once

#include <cstdint>
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
    // Summaries of those that are over and have been quiet for a while. `ask` is Panel::transaction.
    using Ask = std::function<std::optional<Transaction>(const std::string& provider, const std::string& id)>;
    std::vector<Notice> due(const Ask& ask, WallTime now);

    // What must outlive a restart, as JSON; and that again. Text that is not so is taken for nothing.
    std::string saved() const;
    void restore(const std::string& text);
    bool changed();  // since the last call

    static constexpr std::size_t kMost = 64;
    static constexpr Nanoseconds kQuiet = std::chrono::seconds(3);       // after its end and its last finding
    static constexpr Nanoseconds kForgotten = std::chrono::hours(6);     // of one whose end nobody tells

private:
    struct Open {
        std::string provider;
        std::map<std::string, std::uint64_t> verdicts, actions;
        WallTime first{}, last{};
    };
    Notice summary(const std::string& id, const Open& open, const std::optional<Transaction>& known) const;

    std::map<std::string, Open> open_;  // by id
    bool changed_ = false;
};

}  // namespace touchstone
