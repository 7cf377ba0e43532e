#include <fmt/format.h>

#include "dpkg/ground.hpp"
#include "dpkg/in_root.hpp"
#include "dpkg/processes.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {

Ground::Ground(ProviderSettings::Dpkg settings, std::string state_directory)
    : settings_(std::move(settings)), state_directory_(std::move(state_directory)), status_(StatusDatabase::shared(settings_.root)), overrides_(settings_.root),
      owners_(Owners::shared(settings_.root)) {}

Status Ground::refresh() {
    auto installed = status_->read();
    if (!installed) return fail(installed.error());
    installed_ = std::move(*installed);
    if (auto done = overrides_.read(); !done) return done;
    return reopen();
}

// The hook makes it, and makes it anew when it was damaged.
Status Ground::reopen() {
    const auto stamp = stamp_of(evidence_file(state_directory_));
    const auto identity = stamp ? std::optional(std::pair(stamp->device, stamp->inode)) : std::nullopt;
    if (identity == opened_ && (!identity || reader_)) return {};
    reader_.reset();
    database_.reset();
    opened_.reset();
    if (!identity) return {};
    auto database = open_evidence_for_reading(state_directory_);
    if (!database && database.error().code == ENOENT) return {};  // being made
    if (!database) return fail(database.error());
    database_ = std::move(*database);
    reader_.emplace(*database_);
    opened_ = identity;
    return {};
}

bool Ground::is_open(const Run& run) { return !run.ended && run.pid > 0 && start_of(run.pid) == run.started; }

std::uint64_t Ground::version() {
    if (!refresh()) return 0;
    const auto written = database_ ? database_->number("PRAGMA data_version") : Result<std::int64_t>(0);
    const auto& status = installed_->status;
    return static_cast<std::uint64_t>(written.value_or(0)) * 31 + status.inode * 7 + static_cast<std::uint64_t>(status.changed);
}

// Only the version that is installed, or in a transaction, counts: an old one, however well signed, is none of them.
Result<Standing> Ground::standing_of(const KnownFile& known, std::string& transaction) {
    PackageChange change;
    const auto run = reader_->last_run_of(known.package, change);
    if (!run) return fail(run.error());
    const bool takes_part = *run && (change.new_version == known.version || change.old_version == known.version);
    if (takes_part) transaction = transaction_id(**run);
    const auto found = installed().find(known.package);
    const auto* status = found == installed().end() ? nullptr : &found->second;
    const bool is_named = status && status->version == known.version;
    const bool going = *run && is_open(**run) && change.old_version == known.version && change.new_version != known.version;
    if (is_named && status->unpacked()) return going ? Standing::in_transit : Standing::current;
    if (is_named && status->state == "config-files") return known.role == Role::conffile ? Standing::current : Standing::outgoing;
    const bool coming = *run && change.new_version == known.version && change.refusal.empty() &&
                        (is_open(**run) || (status && status->state == "half-installed"));
    if (coming || (is_named && status->state == "half-installed")) return Standing::in_transit;
    return Standing::outgoing;
}

Result<bool> Ground::evaded_the_hook(const std::string& path) {
    const auto first = reader_ ? reader_->first_run() : Result<std::optional<WallTime>>(std::nullopt);
    if (!first) return fail(first.error());
    return came_since(*first, join_path(settings_.root, path.substr(1)));
}

Result<bool> Ground::lands_at(const KnownFile& known, const std::string& path) {
    const auto landing = overrides_.landing(known.shipped, known.package.package);
    if (landing == known.shipped) return known.file.path == path;
    const auto real = InRoot(settings_.root).resolved(landing);
    if (!real) return fail(real.error());
    return *real == path;
}

Result<std::vector<KnownFile>> Ground::files_at(const std::string& path) {
    std::vector<KnownFile> landing;
    if (!reader_) return landing;
    const auto origin = overrides_.diverted_from(path);
    for (const auto& place : {path, origin}) {
        if (place.empty()) continue;
        auto all = reader_->files_at(place);
        if (!all) return fail(all.error());
        for (auto& known : *all) {
            const auto here = lands_at(known, path);
            if (!here) return fail(here.error());
            if (*here) landing.push_back(std::move(known));
        }
    }
    return landing;
}

}  // namespace touchstone::dpkg
