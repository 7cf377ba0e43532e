// statx(2) into our values.
#pragma once

#include <sys/stat.h>

#include "touchstone/object.hpp"
#include "trouble.hpp"

namespace touchstone {

// Of the object that `fd` stands for; an O_PATH descriptor will do.
Tried<struct statx> status_of(int fd);

Attributes attributes_of(const struct statx& status);

// Identity, size and ctime agree: nobody changed the object between the two.
bool same_state(const struct statx& before, const struct statx& after);
bool same_object(const struct statx& before, const struct statx& after);

}  // namespace touchstone
