#include "dpkg/accounts.hpp"

#include <algorithm>
#include <charconv>

#include "dpkg/files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxAccounts = 16 << 20;

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// "name:x:ID:..."; the first of a name counts.
void parse_accounts(std::string_view text, std::unordered_map<std::string, std::uint32_t>& accounts) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto name_end = line.find(':');
        const auto id_start = name_end == std::string_view::npos ? name_end : line.find(':', name_end + 1);
        if (id_start == std::string_view::npos) continue;
        const auto rest = line.substr(id_start + 1);
        if (const auto id = number_of(rest.substr(0, rest.find(':')))) accounts.emplace(line.substr(0, name_end), *id);
    }
}

// "#0" is how statoverride names one without a name.
std::optional<std::uint32_t> account(const std::unordered_map<std::string, std::uint32_t>& accounts, const std::string& name) {
    if (name.starts_with('#')) return number_of(std::string_view(name).substr(1));
    const auto found = accounts.find(name);
    return found == accounts.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Accounts Accounts::parse(std::string_view passwd, std::string_view group) {
    Accounts accounts;
    parse_accounts(passwd, accounts.users_);
    parse_accounts(group, accounts.groups_);
    return accounts;
}

Accounts Accounts::read(const std::string& root) {
    const auto passwd = read_file(join_path(root, "etc/passwd"), kMaxAccounts);
    const auto group = read_file(join_path(root, "etc/group"), kMaxAccounts);
    return parse(passwd ? *passwd : "", group ? *group : "");
}

std::optional<std::uint32_t> Accounts::user(const std::string& name) const { return account(users_, name); }
std::optional<std::uint32_t> Accounts::group(const std::string& name) const { return account(groups_, name); }

}  // namespace touchstone::dpkg
