// Which files are mapped shared and writable, asked of the kernel.
#pragma once

#include <vector>

#include "handles.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {

// Not thread-safe.
class Mappings {
public:
    // Loads the one program that this needs, beside those of the tier.
    static Result<Mappings> load();

    // Walks through the memory of every process: some milliseconds for each 10,000 mappings.
    Result<std::vector<MappedFile>> read() const;

private:
    Object object_;
    Link link_;
};

}  // namespace touchstone
