#include "dpkg/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dpkg/stanza.hpp"
#include "shared_by.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxStatus = 256 << 20;
constexpr std::size_t kMaxUpdates = 10'000;

// " PATH MD5 [obsolete|remove-on-upgrade]", one a line. "newconffile" stands for a digest that is not known yet.
std::map<std::string, std::string> parse_conffiles(std::string_view field) {
    std::map<std::string, std::string> conffiles;
    while (!field.empty()) {
        const auto line = field.substr(0, field.find('\n'));
        field.remove_prefix(std::min(line.size() + 1, field.size()));
        const auto words = words_of(line);
        const bool flagged = words.size() > 2 && (words.back() == "obsolete" || words.back() == "remove-on-upgrade");
        if (words.size() >= 2 && !flagged) conffiles.emplace(words[0], words[1]);
    }
    return conffiles;
}

bool is_update(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool PackageStatus::unpacked() const {
    return state == "installed" || state == "unpacked" || state == "half-configured" || state == "triggers-awaited" || state == "triggers-pending";
}

Status parse_status(std::string_view text, PackageStatuses& packages) {
    return read_stanzas(
        text,
        [&](const Stanza& stanza) -> Status {
            const PackageKey key{std::string(stanza.value("Package")), std::string(stanza.value("Architecture"))};
            const auto words = words_of(stanza.value("Status"));
            if (key.package.empty()) return fail(Error{"an entry without a package", ErrorKind::bad_input, 0});
            if (words.size() != 3) return fail(Error{fmt::format("{} has no status", printable(key.package)), ErrorKind::bad_input, 0});
            if (words[2] == "not-installed") {
                packages.erase(key);
                return {};
            }
            packages.insert_or_assign(key, PackageStatus{std::string(stanza.value("Version")), words[2], stanza.value("Multi-Arch") == "same",
                                                         parse_conffiles(stanza.value("Conffiles"))});
            return {};
        },
        {"Package", "Architecture", "Status", "Version", "Multi-Arch", "Conffiles"});
}

std::shared_ptr<StatusDatabase> StatusDatabase::shared(const std::string& root) { return shared_by<StatusDatabase>(root); }

Result<StatusRef> StatusDatabase::read() {
    const std::lock_guard lock(mutex_);
    const auto file = join_path(directory_, "var/lib/dpkg/status");
    const auto stamp = stamp_of(file);
    if (!base_ || stamp != base_->status) {
        base_.reset();
        current_.reset();
        auto whole = read_whole(file, stamp);
        if (!whole) return whole;
        base_ = current_ = std::move(*whole);
    }
    auto updated = with_updates(join_path(directory_, "var/lib/dpkg/updates"));
    if (updated) current_ = *updated;
    return updated;
}

Result<StatusRef> StatusDatabase::read_whole(const std::string& file, const std::optional<Stamp>& stamp) const {
    auto snapshot = std::make_shared<StatusSnapshot>();
    const auto text = read_file(file, kMaxStatus);
    if (!text) return fail(text.error());
    if (auto done = parse_status(*text, snapshot->packages); !done)
        return fail(Error{fmt::format("{} is damaged: {}", printable(file), done.error().what), ErrorKind::bad_input, 0});
    snapshot->status = stamp.value_or(Stamp{});
    return StatusRef(std::move(snapshot));
}

// In the order of their numbers. dpkg removes them when they are worked in, which makes a new status file.
Result<StatusRef> StatusDatabase::with_updates(const std::string& directory) const {
    auto names = names_in(directory);
    if (!names && names.error().code == ENOENT) names = std::vector<std::string>();
    if (!names) return fail(names.error());
    if (names->size() > kMaxUpdates) return fail(system_error(fmt::format("read {}", printable(directory)), E2BIG));
    std::map<std::string, Stamp> stamps;
    for (const auto& name : *names)
        if (const auto stamp = is_update(name) ? stamp_of(join_path(directory, name)) : std::nullopt) stamps.emplace(name, *stamp);
    if (stamps == current_->updates) return current_;
    const bool only_more = std::includes(stamps.begin(), stamps.end(), current_->updates.begin(), current_->updates.end());
    auto snapshot = std::make_shared<StatusSnapshot>(only_more ? *current_ : *base_);
    for (const auto& [name, stamp] : stamps) {
        if (snapshot->updates.contains(name)) continue;
        const auto text = read_file(join_path(directory, name), kMaxStatus);
        if (!text && text.error().code == ENOENT) continue;
        if (!text) return fail(text.error());
        if (auto done = parse_status(*text, snapshot->packages); !done)
            return fail(Error{fmt::format("{} is damaged: {}", printable(join_path(directory, name)), done.error().what), ErrorKind::bad_input, 0});
        snapshot->updates.emplace(name, stamp);
    }
    return StatusRef(std::move(snapshot));
}

}  // namespace touchstone::dpkg
