// Text forms of byte strings. Paths, xattr values and digests are bytes; JSON, journald and terminals want text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchstone {

std::string to_hex(std::string_view bytes);                          // lower case
std::optional<std::string> from_hex(std::string_view text);          // nullopt: odd length or a non-hex character

bool is_utf8(std::string_view bytes);

// Valid UTF-8 for any bytes: every invalid byte becomes \xHH. A backslash is left alone, so the escaping is for reading, and
// path_hex (DESIGN.md 5.3) is the exact form.
std::string escape_invalid_utf8(std::string_view bytes);

// For one line on a terminal: as above, and control characters become \xHH too, so a file name cannot move the cursor.
std::string printable(std::string_view bytes);

// Parent and last component of an absolute path: "/a/b" -> "/a","b"; "/a" -> "/","a"; "/" -> "","/" .
struct SplitPath {
    std::string_view directory;
    std::string_view name;
};
SplitPath split_path(std::string_view path);
std::string join_path(std::string_view directory, std::string_view name);
void join_path(std::string& out, std::string_view directory, std::string_view name);  // in the room of `out`, of which neither is a part

// True for the directory itself and for everything below it, by components: "/etc" holds "/etc/x", never "/etcetera".
bool is_within(std::string_view path, std::string_view directory);

}  // namespace touchstone
