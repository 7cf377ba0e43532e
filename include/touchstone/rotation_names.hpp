// What the names of rotated logs say of one another. Names, not paths; nothing is believed because of them.
#pragma once

#include <string>
#include <vector>

namespace touchstone {

// A name that `name` may have had before rotations gave it this one.
struct EarlierName {
    std::string name;
    bool may_be_copied = false;  // the log itself, or the same rotation not yet compressed: made from it while it stands there
};

// The log that `name` is a rotation of, and the rotations of it that come before `name`, likely first: for app.log.2.gz app.log.2,
// app.log.1, app.log.1.gz, app.log. Numbers are looked back kGenerations; empty when `name` does not look like a rotation.
std::vector<EarlierName> earlier_names(const std::string& name);
inline constexpr unsigned kGenerations = 32;

// Those of `siblings` that rotations may have given to `name`, likely newest first. For "app.log": app.log.1, app.log.2.gz,
// app.log.old, app.log-20260101, app.log.20260101.xz, and logrotate's `extension`: app-20260101.log, app.1.log.gz. For
// "app.log.1": app.log.1.gz, app.log.2, ...; a rotation with a date keeps it.
std::vector<std::string> later_names(const std::string& name, const std::vector<std::string>& siblings);

// Is one the log of the other, or are both rotations of one log?
bool are_of_one_log(const std::string& one, const std::string& other);

// The names that compressors give to `name`.
std::vector<std::string> compressed_names(const std::string& name);

}  // namespace touchstone
