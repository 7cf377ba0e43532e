#include "touchstone/differ.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "copies.hpp"
#include "lines.hpp"
#include "privacy.hpp"
#include "touchstone/mask.hpp"
#include "unified.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMostRemembered = 100'000;  // files without a copy

const Attributes* file_of(const Observation* observation) {
    const auto* seen = observation != nullptr ? observation->seen() : nullptr;
    return seen != nullptr && seen->type == FileType::regular && !seen->digest.empty() ? seen : nullptr;
}

// Why the content of a look cannot be shown.
std::string why_unshown(const Observation& now, const Rule& rule, const DiffSettings& settings) {
    const auto* file = now.attributes();
    if (file == nullptr || file->type != FileType::regular) return "it is no file";
    if (file->size > settings.file_bytes) return fmt::format("it is larger than [diff] file_bytes, which is {}", settings.file_bytes);
    if (now.measured) return "its content was not read: fs-verity vouches for it";
    if (!now.content) return "its content was not read";
    if (!diff::is_text(*now.content)) return "it is not text";
    if (rule.diff == Diff::private_too) return "";
    if (auto why = diff::why_private(now.path, *file, *now.content)) return fmt::format("{}, and the watch does not say diff = \"private\"", *why);
    return "";
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 || errno != ENOENT;
}

TextDiff none(std::string why) {
    TextDiff diff;
    diff.why_not = std::move(why);
    return diff;
}

}  // namespace

struct Differ::Impl {
    Impl(std::string directory, DigestAlgorithm algorithm) : state_directory(std::move(directory)), digest(algorithm) {}

    // What is the same for every look until the next reload.
    struct Ground {
        DiffSettings settings;
        Mask mask;
    };

    const std::string state_directory;
    const DigestAlgorithm digest;

    mutable std::mutex mutex;  // what follows
    std::shared_ptr<const Ground> ground;
    std::shared_ptr<const Policy> policy;
    std::optional<diff::Copies> copies;
    SteadyTime retry_at{};
    Nanoseconds retry_in = kRetryFirst;
    std::unordered_map<std::string, std::string> without;  // files that have no copy, and why
    Report report;

    std::shared_ptr<const Ground> ground_now() const {
        const std::lock_guard lock(mutex);
        return ground;
    }

    void failed(const Error& error) {
        ++report.failed;
        report.failure = error.what;
        if (error.kind != ErrorKind::corrupt) return;
        std::string recovered;
        copies.reset();
        auto removed = diff::remove_copies(state_directory);
        auto opened = removed ? diff::Copies::open(state_directory, digest, recovered) : Result<diff::Copies>(fail(removed.error()));
        if (opened) copies.emplace(std::move(*opened));
        without.clear();
    }

    // Opens the copies where they are not, and drops what no rule wants.
    Result<std::string> ready(SteadyTime now) {
        std::string recovered;
        const bool start = !copies;
        if (start) {
            retry_at = now + retry_in;
            auto opened = diff::Copies::open(state_directory, digest, recovered);
            if (!opened) return failed(opened.error()), fail(opened.error());
            copies.emplace(std::move(*opened));
        }
        const auto sifted = copies->sift([this, start](const std::string& path, bool is_private) {
            if (start && !exists(path)) return false;  // it went along with its directory, of which no look at it told
            const auto rule = policy->rule_for(path);
            return rule && is_wanted(*rule) && (!is_private || rule->diff == Diff::private_too);
        });
        if (!sifted) return failed(sifted.error()), fail(sifted.error());
        return recovered;
    }

    void remember(const std::string& path, std::string why) {
        if (without.size() < kMostRemembered || without.contains(path)) without.insert_or_assign(path, std::move(why));
    }

    // The content that was known, or why there is no copy of it.
    Result<std::string> known_content(const Observation& known, const std::string& digest_known, std::uint64_t most) {
        const std::lock_guard lock(mutex);
        auto missing = [&](const std::string& why) { return ++report.missing, fail(Error{"no copy of what was there before: " + why}); };
        if (!copies) return missing(report.failure.empty() ? "there are no copies" : report.failure);
        auto found = copies->find(known.path, digest_known, most);
        if (!found && found.error().kind == ErrorKind::corrupt) {
            ++report.damaged;
            if (auto dropped = copies->drop(known.path); !dropped) failed(dropped.error());
            return missing("the one that was kept is damaged");
        }
        if (!found) return failed(found.error()), missing(report.failure);
        if (*found) return std::move(**found);
        const auto why = without.find(known.path);
        return missing(why != without.end() ? why->second : "none was kept yet");
    }

    void put(const std::string& path, const std::string& content_digest, const std::string& content, bool is_private, const std::string& also,
             const DiffSettings& settings) {
        const std::lock_guard lock(mutex);
        if (!copies) return;
        const auto kept = copies->put({path, content_digest, content, is_private}, also, {settings.copies, settings.copies_bytes});
        if (kept && *kept) {
            without.erase(path);
        } else if (kept) {
            ++report.refused;
            const bool many = copies->count() >= settings.copies;
            remember(path, many ? fmt::format("[diff] copies, which is {}, was reached", settings.copies)
                                : fmt::format("[diff] copies_bytes, which is {}, was reached", settings.copies_bytes));
        } else {
            remember(path, kept.error().what);
            failed(kept.error());
        }
    }

    void drop(const std::string& path, const std::string& why) {
        const std::lock_guard lock(mutex);
        why.empty() ? void(without.erase(path)) : remember(path, why);
        if (!copies) return;
        if (auto dropped = copies->drop(path); !dropped) failed(dropped.error());
    }
};

Differ::Differ(std::string state_directory, DigestAlgorithm digest) : impl_(std::make_unique<Impl>(std::move(state_directory), digest)) {}
Differ::~Differ() = default;

Result<std::string> Differ::configure(const DiffSettings& settings, std::shared_ptr<const Policy> policy, SteadyTime now) {
    const auto& rules = policy->rules();
    const bool on = std::any_of(rules.begin(), rules.end(), [](const RuleRef& rule) { return is_wanted(*rule); });
    std::shared_ptr<const Impl::Ground> ground;
    if (on) {
        auto mask = Mask::make(settings.mask);
        if (!mask) return fail(mask.error());
        ground = std::make_shared<const Impl::Ground>(Impl::Ground{settings, std::move(*mask)});
    }
    const std::lock_guard lock(impl_->mutex);
    impl_->ground = ground;
    impl_->policy = std::move(policy);
    impl_->retry_in = kRetryFirst;
    impl_->without.clear();
    impl_->report.on = on;
    if (!on) {
        impl_->copies.reset();
        if (auto removed = diff::remove_copies(impl_->state_directory); !removed) return fail(removed.error());
        return std::string();
    }
    return impl_->ready(now);
}

bool Differ::retry(SteadyTime now) {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->ground || impl_->copies || now < impl_->retry_at) return false;
    impl_->retry_in = std::min(2 * impl_->retry_in, kRetryLast);
    (void)impl_->ready(now);
    return impl_->copies.has_value();
}

std::uint64_t Differ::most_bytes() const {
    const auto ground = impl_->ground_now();
    return ground ? ground->settings.file_bytes : 0;
}

bool Differ::lacks(const std::string& path, std::uint64_t size) const {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->ground || !impl_->copies || size > impl_->ground->settings.file_bytes) return false;
    if (impl_->without.size() >= kMostRemembered || impl_->without.contains(path)) return false;
    return !impl_->copies->has(path);
}

std::optional<TextDiff> Differ::compare(const Observation* known, const Observation& now, const Rule& rule) {
    const auto ground = impl_->ground_now();
    const auto* before = file_of(known);
    const auto* after = file_of(&now);
    if (!ground || before == nullptr || after == nullptr || before->digest == after->digest) return std::nullopt;
    auto made = none(why_unshown(now, rule, ground->settings));
    if (made.why_not.empty()) {
        auto content = impl_->known_content(*known, before->digest, ground->settings.file_bytes);
        const diff::Names names{known->path, now.path};
        made = content ? diff::unified(*content, *now.content, names, ground->mask, ground->settings.text_bytes) : none(content.error().what);
    }
    made.before = before->digest;
    made.after = after->digest;
    if (made.why_not.empty()) {
        const std::lock_guard lock(impl_->mutex);
        ++impl_->report.diffs;
    }
    return made;
}

void Differ::keep(const Observation* known, const Observation& now, const Rule& rule) {
    const auto ground = impl_->ground_now();
    if (!ground || now.unreadable() != nullptr) return;
    const auto* file = file_of(&now);
    if (file == nullptr) return impl_->drop(now.path, "");
    if (auto why = why_unshown(now, rule, ground->settings); !why.empty()) return impl_->drop(now.path, why);
    const auto* before = file_of(known);
    const bool is_private = rule.diff == Diff::private_too && diff::why_private(now.path, *file, *now.content).has_value();
    const auto& also = before != nullptr && known->path == now.path ? before->digest : file->digest;
    impl_->put(now.path, file->digest, *now.content, is_private, also, ground->settings);
}

std::string Differ::why_not(const Observation& now, const Rule& rule, const DiffSettings& settings) {
    if (!is_wanted(rule)) return "the watch does not say diff";
    return why_unshown(now, rule, settings);
}

Differ::Report Differ::report() const {
    const std::lock_guard lock(impl_->mutex);
    auto report = impl_->report;
    if (impl_->copies) {
        report.copies = impl_->copies->count();
        report.bytes = impl_->copies->bytes();
    } else if (report.on) {
        report.unopened = report.failure;
    }
    return report;
}

}  // namespace touchstone
