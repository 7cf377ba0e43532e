// What sources of truth refused to believe, as notices: each once, over restarts too. Recorder thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/provider.hpp"

namespace touchstone {

class Refusals {
public:
    // Notices of what was not told yet. `ask` is Panel::refusals.
    using Ask = std::function<std::vector<Refusal>(const std::string& provider, std::int64_t after)>;
    std::vector<Notice> due(const Ask& ask);

    // What must outlive a restart; and that again. Text that is not so is taken for nothing.
    std::string saved() const;
    void restore(const std::string& text);

private:
    std::int64_t last_ = 0, number_ = 0;  // of the one that was told last
};

// The notice of a hook that could verify nothing at all, and says so by the control socket (control.hpp).
Notice refused_hook(const std::string& why);

}  // namespace touchstone
