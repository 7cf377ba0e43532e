// What the administrator (or a script) told dpkg to do otherwise than packages say: diversions, and modes and owners of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dpkg/accounts.hpp"
#include "dpkg/files.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct Diversion {
    std::string to;
    std::string package;  // whose own files are not diverted; "" when a local diversion, which diverts those of every package
};
using Diversions = std::map<std::string, Diversion>;  // by path
// Three lines each: path, where to, package or ":". bad_input when it is cut.
Result<Diversions> parse_diversions(std::string_view text);

struct Ownership {
    std::uint32_t mode = 0, uid = 0, gid = 0;
};
// "USER GROUP MODE PATH" a line. bad_input; an account that does not exist is left out, for dpkg refuses to work then.
Result<std::map<std::string, Ownership>> parse_statoverride(std::string_view text, const Accounts& accounts);

// Both, read again when they have changed.
class Overrides {
public:
    explicit Overrides(std::string root) : root_(std::move(root)) {}
    Status read();

    // Where the file that `package` has at `path` lands, both as packages name it: links among the parents are not followed.
    std::string landing(const std::string& path, const std::string& package) const;
    // These two take and give paths as they lie on the disk (in_root.hpp).
    std::string diverted_from(const std::string& path) const;  // from where files come to lie there by a diversion; "" when from nowhere
    std::optional<Ownership> ownership(const std::string& path) const;

private:
    void resolve_diversions();
    std::string root_;
    std::optional<Stamp> diversions_stamp_, statoverride_stamp_;
    Diversions diversions_;
    std::map<std::string, std::string> origins_;
    std::map<std::string, Ownership> ownerships_;
};

}  // namespace touchstone::dpkg
