// What is known to be secret in a line of text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone::mask {

// Regular expressions of RE2; their groups are what is masked.
std::vector<std::string> built_in();

// Lines in which the words of patterns that go by the name of a value mean something else, which must be seen: PAM's stacks, nsswitch.conf, sudoers' tags,
// the accounts themselves.
std::string not_by_name();

// Of built_in(), those at the beginning that go by a name.
inline constexpr std::size_t kByName = 4;

// A value that begins after this line: "password:", "token: |". The group is the line's indentation.
std::string value_below();

// The beginning of a quoted value by name. The group is the quotes and all that follows.
std::string quoted_value();

}  // namespace touchstone::mask
