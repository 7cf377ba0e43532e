// Secrets in text, made unreadable before the text leaves the process. Pure; time and memory go with the length of the text, whatever it holds.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone {

inline constexpr std::string_view kMasked = "********";  // whatever the length of what it stands for

class Mask {
public:
    static constexpr std::size_t kMostPatterns = 100;

    // What is built in (touchstone.toml(5), SECRETS), and `more`: RE2's regular expressions, each for one line. What their groups match is masked, all
    // that they match where they have none. bad_input when one is none.
    static Result<Mask> make(const std::vector<std::string>& more);
    Mask(Mask&&) noexcept;
    Mask& operator=(Mask&&) noexcept;
    ~Mask();

    // Of the lines of one whole text, in order and without their ends: those in which something is masked, by index. Blocks of private keys, values that
    // go on in the next lines and lines that a backslash continues are followed, so nothing may be left out before. Safe from any thread.
    std::unordered_map<std::size_t, std::string> masked(const std::vector<std::string_view>& lines) const;

private:
    struct Impl;
    explicit Mask(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What is wrong with a pattern; nullopt when nothing is.
std::optional<std::string> fault_of_mask(std::string_view pattern);

// A private key stands in it: PEM, OpenSSH, PGP, PuTTY, age.
bool holds_private_key(std::string_view text);

}  // namespace touchstone
