// What the kernel has of a file that fs-verity holds.
#pragma once

#include <optional>
#include <string>

#include "signature.hpp"
#include "touchstone/object.hpp"

namespace touchstone::verity {

// The measured digest and the signature that was given when the file was sealed (Linux 5.12). nullopt: fs-verity does not hold it, nobody signed it, the
// kernel does not tell, or it is not in the state of `now` any more.
Result<std::optional<Sealed>> read_sealed(const std::string& path, const Attributes& now);

}  // namespace touchstone::verity
