#include <fmt/format.h>

#include <charconv>

#include "dpkg/ground.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kNamed = 5;      // packages in a transaction's text
constexpr std::size_t kMaxItems = 1'000;
constexpr std::string_view kIdPrefix = "dpkg-";

std::int64_t seconds_of(WallTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

const char* word_for(const PackageChange& change) {
    if (change.old_version.empty()) return "installation";
    if (change.new_version.empty()) return "removal";
    return change.old_version == change.new_version ? "reinstallation" : "upgrade";
}

std::string item_of(const PackageChange& change) {
    std::string text = printable(change.package);
    if (!change.old_version.empty()) text += " " + printable(change.old_version);
    if (!change.new_version.empty() && change.new_version != change.old_version)
        text += (change.old_version.empty() ? " " : " -> ") + printable(change.new_version);
    return change.refusal.empty() ? text : text + " (not verified)";
}

std::string text_of(const std::vector<PackageChange>& changes) {
    std::string word = changes.empty() ? "change" : word_for(changes.front());
    for (const auto& change : changes)
        if (word != word_for(change)) word = "change";
    std::string text = fmt::format("{} of {} package{}", word, changes.size(), changes.size() == 1 ? "" : "s");
    for (std::size_t at = 0; at < changes.size() && at < kNamed; ++at) text += (at == 0 ? ": " : ", ") + item_of(changes[at]);
    return changes.size() > kNamed ? text + ", ..." : text;
}

}  // namespace

std::string transaction_id(const Run& run) { return fmt::format("{}{}-{}", kIdPrefix, seconds_of(run.begun), run.id); }

Result<std::optional<Transaction>> transaction_of(EvidenceReader& evidence, const std::string& id) {
    const auto dash = id.rfind('-');
    if (!id.starts_with(kIdPrefix) || dash < kIdPrefix.size()) return std::optional<Transaction>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size()) return std::optional<Transaction>();
    const auto run = evidence.run(number);
    if (!run) return fail(run.error());
    if (!*run || transaction_id(**run) != id) return std::optional<Transaction>();
    const auto changes = evidence.changes_of(number);
    if (!changes) return fail(changes.error());
    Transaction transaction{id, "dpkg", text_of(*changes), (*run)->begun, (*run)->ended, {}};
    for (const auto& change : *changes)
        if (transaction.items.size() < kMaxItems) transaction.items.push_back(item_of(change));
    return std::optional(std::move(transaction));
}

}  // namespace touchstone::dpkg
