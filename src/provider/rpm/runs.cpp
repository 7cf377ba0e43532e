// Which packages rpm was at work on when it ran a scriptlet. It does not tell the scriptlet's process; times do.
#include "database.hpp"

namespace touchstone::rpm {
namespace {

constexpr Nanoseconds kSlack = std::chrono::seconds(2);  // transactions begin in whole seconds, processes in clock ticks

WallTime begun(std::uint32_t transaction) { return WallTime(std::chrono::seconds(transaction)); }

}  // namespace

// An upgrade removes, too; that is of its own transaction.
void Database::note_erased(const std::map<std::uint32_t, PackageRef>& left) {
    Erased erased;
    erased.seen = asked_at_;
    for (const auto& [number, package] : left) {
        erased.any_unsigned |= package == nullptr && unsigned_.contains(number);
        if (package && !successor_of(*package)) erased.packages.push_back(package);
        unsigned_.erase(number);
    }
    if (erased.packages.empty() && !erased.any_unsigned) return;
    erased_.push_back(std::move(erased));
    if (erased_.size() > kMostErased) erased_.pop_front();
}

Result<Database::Run> Database::run_between(WallTime run, WallTime scriptlet) {
    const Library library;
    if (auto read = refresh(library, std::nullopt); !read) return fail(read.error());
    const auto is_of_run = [&](std::uint32_t transaction) { return begun(transaction) + kSlack >= run && begun(transaction) <= scriptlet + kSlack; };
    Run found;
    std::uint32_t last = 0;
    for (const auto& [number, package] : packages_)
        if (package && is_of_run(package->transaction)) last = std::max(last, package->transaction);
    for (const auto& [number, transaction] : unsigned_)
        if (is_of_run(transaction)) last = std::max(last, transaction);
    for (const auto& [number, package] : packages_)
        if (last != 0 && package && package->transaction == last) found.packages.push_back(package);
    for (const auto& [number, transaction] : unsigned_) found.any_unsigned |= last != 0 && transaction == last;
    if (last != 0) return found;
    for (const auto& erased : erased_) {
        if (erased.seen + kSlack < scriptlet) continue;
        return Run{erased.packages, erased.any_unsigned, true};
    }
    return found;
}

}  // namespace touchstone::rpm
