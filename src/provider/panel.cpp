#include "touchstone/panel.hpp"

#include <algorithm>
#include <utility>

namespace touchstone {

Panel::Panel(ProviderSettings settings, std::string state_directory, OnHealth on_health)
    : settings_(std::move(settings)), state_directory_(std::move(state_directory)), on_health_(std::move(on_health)) {
    for (const auto& name : provider_names()) seats_.push_back({name, nullptr, std::nullopt, {}});
}

void Panel::note(Seat& seat, What what, const Error* error) {
    const bool was_failing = !seat.failing.empty();
    if (error != nullptr)
        seat.failing.insert(what);
    else
        seat.failing.erase(what);
    if (was_failing != !seat.failing.empty() && on_health_) on_health_(seat.name, error);
}

void Panel::note_known(const Error* error) {
    if (std::exchange(known_failing_, error != nullptr) != (error != nullptr) && on_health_) on_health_(kKnown, error);
}

// A clock that was set back must not keep it closed.
Provider* Panel::open(Seat& seat, WallTime now) {
    if (seat.provider) return seat.provider.get();
    if (seat.retry_at && now < *seat.retry_at && *seat.retry_at - now <= kRetryAfter) return nullptr;
    seat.retry_at = now + kRetryAfter;
    auto opened = open_providers(settings_, state_directory_, seat.name);
    note(seat, What::open, opened ? nullptr : &opened.error());
    if (!opened || opened->empty()) return nullptr;
    seat.provider = std::move(opened->front());
    return seat.provider.get();
}

Panel::Seat* Panel::open_seat(const std::string& name) {
    const auto at = std::find_if(seats_.begin(), seats_.end(), [&](const Seat& seat) { return seat.name == name; });
    return at == seats_.end() || !at->provider ? nullptr : &*at;
}

std::vector<Claim> Panel::ask(Question question) {
    question.ask_of = [this, &question](const Observation& other) {
        return ask_each({other.path, other, {}, question.digest, nullptr, false, question.at, question.known_of, {}, {}});
    };
    return ask_each(question);
}

std::vector<Claim> Panel::ask_each(const Question& question) {
    std::vector<Claim> claims;
    for (auto& seat : seats_) {
        Provider* provider = open(seat, question.at);
        if (provider == nullptr) continue;
        const auto before = claims.size();
        const auto asked = provider->ask(question, claims);
        note(seat, What::ask, asked ? nullptr : &asked.error());
        if (asked) continue;
        claims.resize(before);
        seat.provider.reset();  // opened anew later: its database may have been replaced
        seat.retry_at = question.at + kRetryAfter;
    }
    return claims;
}

std::optional<Transaction> Panel::transaction(const std::string& provider, const std::string& id) {
    Seat* seat = open_seat(provider);
    if (seat == nullptr) return std::nullopt;
    auto known = seat->provider->transaction(id);
    note(*seat, What::transaction, known ? nullptr : &known.error());
    return known ? std::move(*known) : std::nullopt;
}

std::vector<Refusal> Panel::refusals(const std::string& provider, std::int64_t after) {
    Seat* seat = open_seat(provider);
    if (seat == nullptr) return {};
    auto found = seat->provider->refusals(after);
    note(*seat, What::refusals, found ? nullptr : &found.error());
    return found ? std::move(*found) : std::vector<Refusal>();
}

void Panel::used(const std::vector<Evidence>& evidence, const Observation& now) {
    for (auto& seat : seats_) {
        for (const auto& each : evidence) {
            if (each.provider != seat.name) continue;
            Provider* provider = open(seat, now.looked_at);
            if (provider == nullptr) continue;
            if (const auto done = provider->used(each, now); !done) note(seat, What::ask, &done.error());
        }
    }
}

std::uint64_t Panel::version(WallTime now) {
    std::uint64_t sum = 0;
    for (auto& seat : seats_)
        if (Provider* provider = open(seat, now)) sum = sum * 31 + provider->version() + 1;
    return sum;
}

}  // namespace touchstone
