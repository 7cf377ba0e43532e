#include "predecessor.hpp"

#include <fmt/format.h>

#include "privileges.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/judge.hpp"

namespace touchstone::cli {
namespace {

bool is_same(const Observation& old, const Observation& now, Profile profile, DigestAlgorithm digest) {
    if (!is_same_as_judged(old, now, profile, digest)) return false;
    return profile != Profile::log || !now.attributes() || old.attributes()->size <= now.attributes()->size;
}

}  // namespace

Predecessor::Predecessor(const std::string& file, DigestAlgorithm digest) : file_(file), digest_(digest) {
    auto old = BaselineReader::open(file);
    if (old)
        old_.emplace(std::move(*old));
    else if (old.error().code != ENOENT)
        damage_ = old.error().what;
}

Predecessor::Compare Predecessor::open_comparison() {
    if (!old_) return [](const Observation&, Profile) {};
    auto reader = BaselineReader::open(file_);
    if (!reader) give_up(reader.error());
    auto old = reader ? std::make_shared<BaselineReader>(std::move(*reader)) : nullptr;
    return [this, old](const Observation& now, Profile profile) {
        if (!damaged_) compare(*old, now, profile);
    };
}

// A damaged predecessor is what a new one is for.
void Predecessor::give_up(const Error& error) {
    const std::lock_guard lock(mutex_);
    damage_ = error.what;
    damaged_ = true;
}

void Predecessor::compare(BaselineReader& old, const Observation& now, Profile profile) {
    auto known = old.find(now.path);
    if (!known) return give_up(known.error());
    if (!*known) {
        ++appeared_;
        return;
    }
    ++kept_;
    // Digests by two algorithms cannot be compared; what one side lacks is no difference.
    if (auto* attributes = std::get_if<Attributes>(&(*known)->look); attributes && old.info().digest != digest_) attributes->digest.clear();
    if (!is_same(**known, now, profile, digest_)) ++changed_;
}

Status Predecessor::carry_over(BaselineWriter& writer, WallTime at) {
    if (damaged_) old_.reset();
    if (!old_) return {};
    auto history = old_->acceptances();
    if (!history) {
        damage_ = history.error().what;
        old_.reset();
        return {};
    }
    for (const auto& acceptance : *history)
        if (auto noted = writer.note(acceptance); !noted) return noted;
    return writer.note({at, who_am_i(), fmt::format("built anew in place of {}: {}", old_->info().id, in_short()), {}});
}

std::string Predecessor::in_short() const {
    const std::uint64_t before = old_ ? old_->info().objects : 0;
    return fmt::format("{} new, {} gone, {} changed", with_commas(appeared_), with_commas(before > kept_ ? before - kept_ : 0), with_commas(changed_));
}

std::string Predecessor::report() const {
    if (!damage_.empty()) return "the old baseline could not be read, and is replaced: " + printable(damage_) + "\n";
    if (!old_) return {};
    std::string out = fmt::format("in place of {} of {}: {}\n", old_->info().id, time_text(old_->info().built_at), in_short());
    if (old_->info().digest != digest_)
        out += fmt::format("contents were not compared: {} before, {} now\n", config_name(old_->info().digest), config_name(digest_));
    return out;
}

}  // namespace touchstone::cli
