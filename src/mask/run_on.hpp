// Secret values that go on in the lines after the one that names them.
#pragma once

#include <re2/re2.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace touchstone::mask {

// Made once, read by all threads.
struct RunOnPatterns {
    RunOnPatterns();
    RE2 value_below, quoted_value;
};

class RunOn {
public:
    explicit RunOn(const RunOnPatterns& patterns) : patterns_(patterns) {}

    // The lines of a text in order: does the value of an earlier one go on in this one?
    bool holds(std::string_view line);
    // What the same line begins. `masked`: something in it is secret.
    void after(std::string_view line, bool masked, bool by_name);

private:
    static constexpr int kMostLines = 256;  // of a quote that is never closed
    void open_quote(std::string_view value);

    const RunOnPatterns& patterns_;
    bool continued_ = false;              // by a backslash
    std::optional<std::size_t> deeper_;   // lines indented more than this
    std::string quote_;                   // until this comes
    int left_ = 0;
};

}  // namespace touchstone::mask
