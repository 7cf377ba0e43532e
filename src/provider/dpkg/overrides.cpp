#include "dpkg/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dpkg/in_root.hpp"
#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxOverrides = 16 << 20;

std::string_view cut_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

Error damaged(const char* why) { return Error{why, ErrorKind::bad_input, 0}; }

// nullopt: it is as it was. A file that is not there is an empty one.
Result<std::optional<std::string>> read_if_changed(const std::string& file, std::optional<Stamp>& stamp) {
    const auto now = stamp_of(file);
    if (now && now == stamp) return std::optional<std::string>();
    stamp.reset();
    if (!now) return std::optional<std::string>("");
    auto text = read_file(file, kMaxOverrides);
    if (!text) return fail(text.error());
    stamp = now;
    return std::optional<std::string>(std::move(*text));
}

Error in_file(const std::string& file, const Error& error) {
    return Error{fmt::format("{} is damaged: {}", printable(file), error.what), error.kind, error.code};
}

}  // namespace

Result<Diversions> parse_diversions(std::string_view text) {
    Diversions diversions;
    while (!text.empty()) {
        const auto path = cut_line(text), to = cut_line(text), package = cut_line(text);
        if (!path.starts_with('/') || !to.starts_with('/') || package.empty()) return fail(damaged("an entry is cut, or no path"));
        diversions.insert_or_assign(std::string(path), Diversion{std::string(to), package == ":" ? "" : std::string(package)});
    }
    return diversions;
}

Result<std::map<std::string, Ownership>> parse_statoverride(std::string_view text, const Accounts& accounts) {
    std::map<std::string, Ownership> ownerships;
    while (!text.empty()) {
        const auto line = cut_line(text);
        if (line.empty()) continue;
        const auto slash = line.find('/');
        const auto words = words_of(line.substr(0, std::min(slash, line.size())));
        if (slash == std::string_view::npos || words.size() != 3) return fail(damaged("an entry is none"));
        Ownership ownership;
        const auto [end, error] = std::from_chars(words[2].data(), words[2].data() + words[2].size(), ownership.mode, 8);
        if (error != std::errc{} || end != words[2].data() + words[2].size() || ownership.mode > 07777) return fail(damaged("a mode is none"));
        const auto uid = accounts.user(words[0]), gid = accounts.group(words[1]);
        if (!uid || !gid) continue;
        ownership.uid = *uid;
        ownership.gid = *gid;
        ownerships.insert_or_assign(std::string(line.substr(slash)), ownership);
    }
    return ownerships;
}

Status Overrides::read() {
    const auto diversions_file = join_path(root_, "var/lib/dpkg/diversions");
    const auto diversions = read_if_changed(diversions_file, diversions_stamp_);
    if (!diversions) return fail(diversions.error());
    if (*diversions) {
        auto parsed = parse_diversions(**diversions);
        if (!parsed) {
            diversions_stamp_.reset();
            return fail(in_file(diversions_file, parsed.error()));
        }
        diversions_ = std::move(*parsed);
        resolve_diversions();
    }
    const auto statoverride_file = join_path(root_, "var/lib/dpkg/statoverride");
    const auto statoverride = read_if_changed(statoverride_file, statoverride_stamp_);
    if (!statoverride) return fail(statoverride.error());
    if (!*statoverride) return {};
    auto parsed = parse_statoverride(**statoverride, Accounts::read(root_));
    if (!parsed) {
        statoverride_stamp_.reset();
        return fail(in_file(statoverride_file, parsed.error()));
    }
    InRoot in_root(root_);
    ownerships_.clear();
    for (const auto& [path, ownership] : *parsed) ownerships_.insert_or_assign(in_root.resolved(path).value_or(path), ownership);
    return {};
}

void Overrides::resolve_diversions() {
    InRoot in_root(root_);
    origins_.clear();
    for (const auto& [path, diversion] : diversions_)
        origins_.insert_or_assign(in_root.resolved(diversion.to).value_or(diversion.to), in_root.resolved(path).value_or(path));
}

std::string Overrides::landing(const std::string& path, const std::string& package) const {
    const auto found = diversions_.find(path);
    return found == diversions_.end() || found->second.package == package ? path : found->second.to;
}

std::string Overrides::diverted_from(const std::string& path) const {
    const auto found = origins_.find(path);
    return found == origins_.end() ? std::string() : found->second;
}

std::optional<Ownership> Overrides::ownership(const std::string& path) const {
    const auto found = ownerships_.find(path);
    return found == ownerships_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace touchstone::dpkg
