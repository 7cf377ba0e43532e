// The providers of one thread, asked together. One that cannot be opened or read is left alone for a while, and said once.
#pragma once

#include <functional>
#include <optional>
#include <set>
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

    // What is known of watched objects could not be read (null: it could): as a provider's failing, by this name.
    void note_known(const Error* error);
    static constexpr const char* kKnown = "baseline and state";

    // What all of them say. Blocks on their databases. `ask_of` is filled in.
    std::vector<Claim> ask(Question question);

    // Asks a provider that is open already. One that cannot say counts as failing.
    std::optional<Transaction> transaction(const std::string& provider, const std::string& id);
    // What a provider that is open refused to believe (Provider::refusals).
    std::vector<Refusal> refusals(const std::string& provider, std::int64_t after);
    // Opens as ask() does: what spoke on another thread may not have been asked on this one.
    void used(const std::vector<Evidence>& evidence, const Observation& now);
    // Moves when the source of any of them does. Opens as ask() does.
    std::uint64_t version(WallTime now);

    static constexpr Nanoseconds kRetryAfter = std::chrono::seconds(5);

private:
    // One may fail and the other not; it is well when all are.
    enum class What { open, ask, transaction, refusals };
    struct Seat {
        std::string name;
        std::unique_ptr<Provider> provider;
        std::optional<WallTime> retry_at;  // of one that is not open
        std::set<What> failing;
    };
    Provider* open(Seat& seat, WallTime now);
    Seat* open_seat(const std::string& name);  // null: no such provider is open
    std::vector<Claim> ask_each(const Question& question);
    void note(Seat& seat, What what, const Error* error);

    ProviderSettings settings_;
    std::string state_directory_;
    OnHealth on_health_;
    std::vector<Seat> seats_;
    bool known_failing_ = false;
};

}  // namespace touchstone
