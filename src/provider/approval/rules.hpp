// What every approval must be, whoever made it.
#pragma once

#include <string>

#include "touchstone/approval.hpp"

namespace touchstone::approval {

// "" when it is whole and in order, else the first thing that is wrong with it.
std::string fault_of(const Approval& approval);

inline tl::unexpected<Error> refuse(std::string why) { return fail(Error{std::move(why), ErrorKind::bad_input, 0}); }

bool is_lower_hex(std::string_view text, std::size_t digits);

}  // namespace touchstone::approval
