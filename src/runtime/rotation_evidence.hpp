// Log rotation, recognised by content: whatever was known of a log must still be found, byte for byte, in the log itself or in a rotated sibling,
// also compressed. Nothing is believed because of a name or of who did it.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "touchstone/digest.hpp"
#include "touchstone/state.hpp"
#include "work.hpp"

namespace touchstone {

// Thread-safe. Remembers what was known of logs that were rotated lately: a compressor removes the old file about when its result is
// looked at, and whichever look comes second must still know what the first one did.
class RotationMemory {
public:
    explicit RotationMemory(DigestAlgorithm algorithm) : algorithm_(algorithm) {}

    // Fills rotated_to and rotated_from of the subjects under profile `log`. Blocks on reading siblings.
    void find_evidence(Looked& looked, KnownStore& known, const std::function<bool()>& keep_going);

private:
    struct Remembered {
        std::string path;
        BlockDigests blocks;
    };
    static constexpr std::size_t kRemembered = 64;

    std::vector<Remembered> recall(const std::string& directory);
    void remember(const std::string& path, const BlockDigests& blocks);
    void examine(Subject& subject, KnownStore& known, const std::function<bool()>& keep_going);
    void examine_passing(Subject& subject, const std::vector<std::string>& family, const std::vector<Remembered>& lately, KnownStore& known,
                         const std::function<bool()>& keep_going);

    const DigestAlgorithm algorithm_;
    std::mutex mutex_;
    std::deque<Remembered> remembered_;
};

}  // namespace touchstone
