// What is known of watched objects: last reported, else the baseline. Read by sweeps and by the recorder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// Not thread-safe: each thread opens its own. Blocks on database reads. `corrupt` when the database is damaged.
class KnownReader {
public:
    virtual ~KnownReader() = default;

    // nullopt: never heard of it. A known absence (deleted and reported) is an Observation that is absent().
    virtual Result<std::optional<Observation>> find(const std::string& path) = 0;

    // Names directly in `directory` that are known to be there, in byte order of the name. Stops when the visitor returns false.
    virtual Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit) = 0;

    // The first directory at or below `scope` ("" or "/": of all) that is more than `after` ("" to begin with), byte by byte, and in which something is
    // known directly, be it an absence. The directory itself need not be known. nullopt: there is none.
    virtual Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after) = 0;

    // Every known path of an inode (hard links); empty when none.
    virtual Result<std::vector<std::string>> paths_of(ObjectId id) = 0;

    // Until the next call, answers may be those of this moment: cheaper for a sweep's many questions. Never called: each is of its own moment.
    virtual void hold() {}
};

}  // namespace touchstone
