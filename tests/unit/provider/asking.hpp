// Asks a provider about real files, as a verifier would.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::test {

inline void shell(const std::string& command) {
    INFO(command);
    REQUIRE(std::system(("{ " + command + "\n} >/dev/null 2>&1").c_str()) == 0);
}

// A time far from any change of a database, and its bare clock otherwise.
inline WallTime later() { return std::chrono::system_clock::now() + std::chrono::hours(1); }

struct Asked {
    std::vector<Claim> claims;
    Status status;
    bool content_read = false;
    std::string now_digest;  // raw, of the look

    const Claim* word(Claim::Word word) const {
        for (const auto& claim : claims)
            if (claim.word == word) return &claim;
        return nullptr;
    }
    const Claim* vouched() const { return word(Claim::Word::vouches); }
    const Claim* explained() const { return word(Claim::Word::explains); }
    const Claim* contradicted() const { return word(Claim::Word::contradicts); }
    bool silent() const { return status && claims.empty(); }
};

inline bool covers(const Claim& claim, const std::string& attribute) {
    return std::any_of(claim.covers.begin(), claim.covers.end(), [&](const std::string& each) { return touchstone::covers(each, attribute); });
}

inline Status read_whole(const std::string& path, const std::function<void(std::string_view)>& consume) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string piece(5, '\0');  // small, for the seams
    for (ssize_t n = 0; (n = ::read(file.get(), piece.data(), piece.size())) > 0;) consume({piece.data(), static_cast<std::size_t>(n)});
    return {};
}

using KnownOf = std::function<std::optional<Observation>(const std::string& path)>;

inline Asked ask(Provider& provider, const std::string& path, DigestAlgorithm digest = DigestAlgorithm::sha256, const std::vector<ActorRef>* actors = nullptr,
                 KnownOf known_of = {}, const Observation* known = nullptr) {
    auto observer = Observer::make(digest);
    REQUIRE(observer);
    const auto now = observer->look(path, {}, later());
    Asked asked;
    Question question{path, now, [known] { return known; }, digest, actors, actors != nullptr, later(), std::move(known_of), {}, {}};
    const auto* is = now.attributes();
    if (is != nullptr) asked.now_digest = is->digest;
    if (is != nullptr && is->type == FileType::regular)
        question.read = [&](const auto& consume) {
            asked.content_read = true;
            return read_whole(path, consume);
        };
    asked.status = provider.ask(question, asked.claims);
    return asked;
}

}  // namespace touchstone::test
