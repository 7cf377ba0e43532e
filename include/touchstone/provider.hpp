// A provider: a source of truth besides the baseline. It is asked about an object that is not as it was, on the thread that looked at it, and what it
// says (Claim) travels with the look to judge(). It decides nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/actor.hpp"
#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"
#include "touchstone/verdict.hpp"

namespace touchstone {

// All that is referred to outlives the call.
struct Question {
    std::string path;             // as now.path
    const Observation& now;       // absent: may it be gone?
    std::function<const Observation*()> known{};  // what was last reported of it, else the baseline's row; null: nothing is known. A database read at its first call
    DigestAlgorithm digest = DigestAlgorithm::sha256;  // of the digests in `now` and `known`
    const std::vector<ActorRef>* actors = nullptr;  // writers seen, oldest first; null: nobody saw who did it (a sweep, `check`)
    bool actors_complete = false;                   // false: another writer could have hidden
    WallTime at{};                                  // of the last touch, else of the look
    std::function<std::optional<Observation>(const std::string& path)> known_of{};  // as `known`, of another name; empty: nothing is known
    std::function<std::vector<Claim>(const Observation& other)> ask_of{};          // what other providers say of another object, whoever wrote it
    // Hands over the whole content of `now` in pieces, for a digest that it does not hold. EBUSY when the object is not in the state of `now` any more.
    // Blocks on reads; leaves the page cache as it was. Empty when `now` is not a regular file.
    std::function<Status(const std::function<void(std::string_view)>& consume)> read{};
};

// Several changes that one act of a source of truth made: an upgrade by apt, a new OSTree commit.
struct Transaction {
    std::string id;           // unique on this host
    std::string provider;
    std::string text;         // "upgrade of 2 packages: nginx 1.22.1-9 -> 1.22.1-9+deb12u1, ..."; one line
    WallTime begun{};
    std::optional<WallTime> ended;  // nullopt: still going on
    std::vector<std::string> items; // packages with versions, or the commit
};

// Something that was handed to a source of truth and is not believed: an archive without a good signature.
struct Refusal {
    std::int64_t id = 0;      // grows
    std::int64_t number = 0;  // by one from each to the next of one database
    std::string text;         // one phrase: what was refused, and why. Bytes
    std::map<std::string, std::string> details;
};

// Not thread-safe: each thread has its own. Blocks on reads of its databases, never on other processes.
class Provider {
public:
    virtual ~Provider() = default;
    virtual std::string_view name() const = 0;  // as Evidence::provider

    // Appends what it says of the object; nothing when it has nothing to say. An error says that the source could not be read, and authorizes nothing.
    virtual Status ask(const Question& question, std::vector<Claim>& claims) = 0;

    // What is known of a transaction of this provider; nullopt: it is not one of its own.
    virtual Result<std::optional<Transaction>> transaction(const std::string& /*id*/) { return std::optional<Transaction>(); }

    // What it refused to believe, after the one of this id; oldest first, a hundred at most.
    virtual Result<std::vector<Refusal>> refusals(std::int64_t /*after*/) { return std::vector<Refusal>(); }

    // A number that moves when its source does: what it was silent about may be asked again. Cheap.
    virtual std::uint64_t version() { return 0; }

    // A finding is about to be saved whose verdict rests on this evidence of the provider: an approval is used up by it. Said again, after a kill, of the
    // same object in the same state. On the recorder thread, with its own instance.
    virtual Status used(const Evidence& /*evidence*/, const Observation& /*now*/) { return {}; }
};
using Providers = std::vector<std::unique_ptr<Provider>>;

}  // namespace touchstone
