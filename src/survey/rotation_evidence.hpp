// Where the known content of a rotated log is now, and whose known content a rotated file holds.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/survey.hpp"

namespace touchstone {

class RotationEvidence {
public:
    RotationEvidence(Expected& expected, DigestAlgorithm digest, const std::function<bool()>& keep_going)
        : expected_(expected), digest_(digest), keep_going_(keep_going) {}

    // The sibling that begins with `known`, byte for byte, among the names that look like rotations of the same log.
    Result<std::optional<std::string>> now_at(const std::string& path, const BlockDigests& known);

    // The expected log of the same family whose content this is, and which has left its own name.
    Result<std::optional<std::string>> came_from(const std::string& path);

private:
    Result<std::optional<std::string>> moved_to(const std::string& path, const std::vector<std::string>& family);
    Result<std::vector<std::string>> known_names(const std::string& directory);
    bool holds(const std::string& path, const BlockDigests& known) const;

    Expected& expected_;
    DigestAlgorithm digest_;
    const std::function<bool()>& keep_going_;
};

// Names among `names` that are `name`'s log or rotations of it, `name` itself left out. The log is found in `logs`: app.log for app.log.1.
std::vector<std::string> family_of(const std::string& name, const std::vector<std::string>& logs, const std::vector<std::string>& names);

}  // namespace touchstone
