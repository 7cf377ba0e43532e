// Why a look failed: what Unreadable is made of.
#pragma once

#include <cerrno>

#include <tl/expected.hpp>

namespace touchstone {

struct Trouble {
    const char* attempted;
    int error;
};

template <class T>
using Tried = tl::expected<T, Trouble>;

// Reads errno unless a code is given.
inline tl::unexpected<Trouble> trouble(const char* attempted, int error = errno) {
    return tl::unexpected<Trouble>(Trouble{attempted, error});
}

}  // namespace touchstone
