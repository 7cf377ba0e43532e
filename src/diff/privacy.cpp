#include "privacy.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"
#include "touchstone/mask.hpp"
#include "touchstone/policy.hpp"

namespace touchstone::diff {
namespace {

constexpr std::array<std::string_view, 40> kPrivateNames{
    "shadow*",        "gshadow*",      "opasswd*",     "*.key",         "ssh_host_*_key", "id_rsa*",     "id_dsa*",   "id_ecdsa*",
    "id_ed25519*",    "*.ppk",         "*.p12",        "*.pfx",         "*.p8",           "*.jks",       "*.keytab",  "*.kdbx",
    "*.keystore",     ".netrc",        ".pgpass",      ".my.cnf",       ".mylogin.cnf",   ".htpasswd",   "htpasswd*", ".git-credentials",
    ".env",           ".env.*",        "*.env",        "*.secret",      "*.secrets",      "*-secrets",   "secrets.*", "*.gpg",
    "*.ovpn",         ".npmrc",        ".pypirc",      "credentials",   "*.credentials",  "*.nmconnection", "*.psk",  "wpa_supplicant*.conf",
};
constexpr std::array<std::string_view, 6> kPrivatePlaces{"**/.ssh/**", "**/.gnupg/**", "**/.aws/**", "**/.kube/**", "/etc/wireguard/**", "**/private/**"};
// Public for all that stands beside them.
constexpr std::array<std::string_view, 3> kPublicNames{"*.pub", "authorized_keys*", "known_hosts*"};

template <class Patterns>
bool any_match(const Patterns& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(), [text](std::string_view pattern) { return glob_match(pattern, text); });
}

// Without the right to search a directory above nobody gets to the file, whatever its own mode says.
bool is_within_reach(std::string_view path) {
    for (auto above = split_path(path).directory; !above.empty(); above = split_path(above).directory) {
        struct stat status {};
        if (::fstatat(AT_FDCWD, std::string(above).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || (status.st_mode & S_IXOTH) == 0) return false;
        if (above == "/") break;
    }
    return true;
}

}  // namespace

bool is_private_name(std::string_view path) {
    const auto name = split_path(path).name;
    if (any_match(kPublicNames, name)) return false;
    return any_match(kPrivateNames, name) || any_match(kPrivatePlaces, path);
}

std::optional<std::string> why_private(const std::string& path, const Attributes& attributes, std::string_view content) {
    if (is_private_name(path)) return "its name is that of a file with secrets";
    if ((attributes.mode & S_IROTH) == 0) return "not everybody may read it";
    if (!is_within_reach(path)) return "not everybody may read it, for a directory above is closed";
    if (holds_private_key(content)) return "it holds a private key";
    return std::nullopt;
}

}  // namespace touchstone::diff
