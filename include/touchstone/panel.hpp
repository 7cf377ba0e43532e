// The providers of one thread, asked together. One that cannot be opened or read is left alone for a while, and said once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/providers.hpp"

namespace touchstone {

// Not thread-safe. Opens each provider when it is first asked, and again later where its source was not there or failed.
class Panel {
public:
    // Called when a provider begins to fail, with the error, and with null when it works again. May be empty.
    using OnHealth = std::function<void(const std::string& provider, const Error* error)>;

    Panel(ProviderSettings settings, std::string state_directory, OnHealth on_health = {});

    // What all of them say. Blocks on their databases. `ask_of` is filled in.
    std::vector<Claim> ask(Question question);

    // Asks a provider that is open already.
    std::optional<Transaction> transaction(const std::string& provider, const std::string& id);
    // Opens as ask() does: what spoke on another thread may not have been asked on this one.
    void used(const std::vector<Evidence>& evidence, const Observation& now);
    // Moves when the source of any of them does. Opens as ask() does.
    std::uint64_t version(WallTime now);

    static constexpr Nanoseconds kRetryAfter = std::chrono::seconds(5);

private:
    struct Seat {
        std::string name;
        std::unique_ptr<Provider> provider;
        std::optional<WallTime> retry_at;  // of one that is not open
        bool failing = false;
    };
    Provider* open(Seat& seat, WallTime now);
    Provider* find(const std::string& name);
    std::vector<Claim> ask_each(const Question& question);
    void note(Seat& seat, const Error* error);

    ProviderSettings settings_;
    std::string state_directory_;
    OnHealth on_health_;
    std::vector<Seat> seats_;
};

}  // namespace touchstone
